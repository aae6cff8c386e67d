import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import taskstatsd

@Suite struct ListeningSocketTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("socket")
    }

    @Test func `every user can connect`() throws {
        let socket = try ListeningSocket.open(path: path)
        var status = stat()
        #expect(unsafe lstat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o666)
        _ = try UnixSocket.connect(to: path)
        #expect(try socket.accept() != nil)
        #expect(try socket.accept() == nil)
    }

    @Test func `a path with a running daemon is refused, one without is taken over`() throws {
        do {
            let first = try ListeningSocket.open(path: path)
            #expect(throws: ListeningSocket.Failure.self) { _ = try ListeningSocket.open(path: path).path }
            #expect(first.path == path)
        }
        let second = try ListeningSocket.open(path: path)
        _ = try UnixSocket.connect(to: path)
        #expect(try second.accept() != nil)
    }

    @Test func `at the end the file is removed, unless it was replaced by another process`() throws {
        let socket = try ListeningSocket.open(path: path)
        let saved = directory.file("saved")
        #expect(unsafe rename(path, saved) == 0)
        let other = try UnixSocket.bind(to: path)
        try socket.removeFile()
        #expect(unsafe access(path, F_OK) == 0)
        #expect(unsafe rename(saved, path) == 0)
        try socket.removeFile()
        #expect(unsafe access(path, F_OK) != 0)
        _ = consume other
    }

    @Test func `an inherited socket is served under its own path, and its file is not removed`() throws {
        let made = try UnixSocket.bind(to: path)
        try #require(listen(made.number, 1) == 0)
        let socket = try ListeningSocket.inherit(1, from: dup(made.number))
        #expect(socket.path == path)
        #expect(try socket.accept() == nil, "it does not wait")
        _ = try UnixSocket.connect(to: path)
        #expect(try socket.accept() != nil)
        #expect(fcntl(socket.descriptor.number, F_GETFD) == FD_CLOEXEC)
        try socket.removeFile()
        #expect(unsafe access(path, F_OK) == 0)
        #expect(unsafe access(path + ".lock", F_OK) != 0)
    }

    @Test(arguments: [
        (AF_UNIX, SOCK_STREAM, "does not listen"), (AF_UNIX, SOCK_DGRAM, "not a stream socket"),
        (AF_INET, SOCK_STREAM, "not a Unix socket"),
    ])
    func `anything but a listening Unix stream socket is refused with a description`(
        family: Int32, type: __socket_type, problem: String
    ) throws {
        let other = try Descriptor(socket(family, Int32(type.rawValue), 0), of: "socket")
        #expect(try refusal(of: other.number).contains(problem))
    }

    @Test func `a file, a closed descriptor and several sockets are refused`() throws {
        let file = try Descriptor.open("/dev/null")
        #expect(try refusal(of: file.number).contains("not a socket"))
        #expect(try refusal(of: 1_000_000).contains("not open"))
        #expect(try refusal(of: file.number, count: 2).contains("2 sockets"))
    }

    private func refusal(of descriptor: Int32, count: Int = 1) throws -> String {
        let error = try #require(throws: ListeningSocket.Failure.self) {
            _ = try ListeningSocket.inherit(count, from: descriptor).path
        }
        return error.description
    }
}
