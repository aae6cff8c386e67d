import Glibc
import TestSupport
import Testing

@testable import taskstatsd

@Suite struct ProcessInspectorTests {
    @Test func `a process is inspected with its ids, its group and the owner of its files`() throws {
        let facts = try #require(try ProcessInspector.open(pid: UInt32(getpid())).facts())
        #expect(facts.uids.real == getuid() && facts.uids.effective == geteuid())
        #expect(facts.gids.real == getgid() && facts.gids.effective == getegid())
        #expect(facts.tgid == UInt32(getpid()))
        #expect(facts.fileOwner == geteuid())
    }

    @Test func `a process that has ended is gone for the holder of its directory`() throws {
        var child = try ChildProcess("/bin/cat", [], output: .pipe)
        let inspector = try ProcessInspector.open(pid: UInt32(child.pid))
        #expect(try inspector.facts() != nil)
        let goneWhileItLives = inspector.isGone()
        #expect(!goneWhileItLives)
        child.send(signal: SIGKILL)
        child.stopReading()
        _ = try child.finish()
        #expect(try inspector.facts() == nil)
        let goneAtLast = inspector.isGone()
        #expect(goneAtLast)
    }

    @Test func `an unused pid cannot be opened`() {
        #expect(throws: (any Error).self) { _ = try ProcessInspector.open(pid: UInt32(Int32.max)).isGone() }
    }
}
