import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import taskstatsd

@Suite struct PathLockTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("socket")
    }

    @Test func `only one process at a time owns a path, and removes its file afterwards`() throws {
        switch try PathLock.take(path) {
        case .some(let first):
            #expect(try !canTake(path))
            #expect(try canTake(directory.file("other")))
            _ = consume first
        case nil: Issue.record("the lock was free")
        }
        #expect(unsafe access(path + ".lock", F_OK) != 0)
        #expect(try canTake(path))
    }

    @Test func `a leftover lock file grants no ownership`() throws {
        _ = try unsafe Descriptor(creat(directory.file("socket.lock"), 0o600), of: "creat")
        #expect(try canTake(path))
    }

    private func canTake(_ path: String) throws -> Bool {
        if case .some = try PathLock.take(path) { true } else { false }
    }
}
