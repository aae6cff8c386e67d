import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import taskstatsd

@Suite("PathLock")
struct PathLockTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("socket")
    }

    @Test("One at a time has the right to a path, and leaves no file when it lets go")
    func oneAtATime() throws {
        switch try PathLock.take(path) {
        case .some(let first):
            #expect(try !canTake(path))
            #expect(try canTake(directory.file("other")))
            _ = consume first
        case nil: Issue.record("nobody had it")
        }
        #expect(unsafe access(path + ".lock", F_OK) != 0)
        #expect(try canTake(path))
    }

    @Test("A lock file that somebody left behind is nobody's right")
    func leftBehind() throws {
        _ = try unsafe Descriptor(creat(directory.file("socket.lock"), 0o600), of: "creat")
        #expect(try canTake(path))
    }

    private func canTake(_ path: String) throws -> Bool {
        if case .some = try PathLock.take(path) { true } else { false }
    }
}
