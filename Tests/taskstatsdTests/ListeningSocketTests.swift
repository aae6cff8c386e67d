import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import taskstatsd

@Suite("ListeningSocket")
struct ListeningSocketTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("socket")
    }

    @Test("Everybody may connect")
    func mode() throws {
        let socket = try ListeningSocket.open(path: path)
        var status = stat()
        #expect(unsafe lstat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o666)
        _ = try UnixSocket.connect(to: path)
        #expect(try socket.accept() != nil)
        #expect(try socket.accept() == nil)
    }

    @Test("A path on which somebody answers is refused, one that nobody answers on is taken over")
    func takesOver() throws {
        do {
            let first = try ListeningSocket.open(path: path)
            #expect(throws: ListeningSocket.Failure.self) { _ = try ListeningSocket.open(path: path).path }
            #expect(first.path == path)
        }
        let second = try ListeningSocket.open(path: path)
        _ = try UnixSocket.connect(to: path)
        #expect(try second.accept() != nil)
    }

    @Test("At the end the file goes, but not when somebody else has put theirs in its place")
    func removesOwnFile() throws {
        let socket = try ListeningSocket.open(path: path)
        let saved = directory.file("saved")
        #expect(unsafe rename(path, saved) == 0)
        let other = try UnixSocket.bind(to: path)
        socket.removeFile()
        #expect(unsafe access(path, F_OK) == 0)
        #expect(unsafe rename(saved, path) == 0)
        socket.removeFile()
        #expect(unsafe access(path, F_OK) != 0)
        _ = consume other
    }
}
