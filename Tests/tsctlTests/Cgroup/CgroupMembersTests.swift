import CommandSupport
import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import tsctl

/// The processes of a cgroup and the cgroups below it.
@Suite struct CgroupMembersTests {
    @Test func `processes of the whole subtree are listed once, those of other namespaces are counted`() throws {
        let tree = try CgroupDirectories([
            "": [1, 2], "/a": [5, 6, 0, 5], "/a/b c": [7, 6], "/a/\"d'": [], "/e": [9],
        ])
        let members = try CgroupMembers.list(tree.cgroup("/a"))
        #expect(members.processes.sorted() == [5, 6, 7])
        #expect(members.cgroups == 3)
        #expect(members.outside == 1)
        #expect(members.unreadable == 0)
        #expect(try CgroupMembers.list(tree.cgroup("")).processes.sorted() == [1, 2, 5, 6, 7, 9])
    }

    @Test func `names that are not UTF-8 are followed, links are not`() throws {
        let tree = try CgroupDirectories(["": [1]])
        let name = "\(tree.mount)/x".utf8.map { CChar(bitPattern: $0) } + [CChar(bitPattern: 0xff), 0]
        #expect(unsafe mkdir(name, 0o755) == 0)
        defer { _ = unsafe rmdir(name) }
        #expect(unsafe symlink("/", "\(tree.mount)/link") == 0)
        defer { tree.remove("/link") }
        var visited: [[UInt8]] = []
        let unreadable = try CgroupWalk.run(from: tree.mount) { visited.append($0.path) }
        #expect(unreadable == 0)
        #expect(visited.count == 2)
        #expect(visited.last?.last == 0xff)
    }

    @Test func `a cgroup below that has disappeared is skipped, one that cannot be read is counted`() throws {
        let tree = try CgroupDirectories(["": [1], "/a": [2], "/b": [3]])
        // Without its file a directory looks like one that is being removed.
        tree.remove("/a/cgroup.procs")
        tree.remove("/b/cgroup.procs")
        #expect(unsafe mkdir("\(tree.mount)/b/cgroup.procs", 0o755) == 0)
        defer { tree.remove("/b/cgroup.procs") }
        let members = try CgroupMembers.list(tree.cgroup(""))
        #expect(members.processes == [1])
        #expect(members.unreadable == 1)
    }

    @Test func `a cgroup that does not exist any more is reported`() throws {
        let tree = try CgroupDirectories(["": []])
        let gone = Failure("the cgroup /gone does not exist any more")
        #expect(throws: gone) { try CgroupMembers.list(tree.cgroup("/gone")) }
    }

    @Test func `listing stops when it is interrupted`() throws {
        let tree = try CgroupDirectories(["": [1]])
        let pipe = try Pipe()
        _ = unsafe write(pipe.writing.number, "x", 1)
        let descriptor = pipe.reading.number
        #expect(throws: StandardOutput.Stop.interrupted) {
            try CgroupMembers.list(tree.cgroup(""), interruptedBy: descriptor)
        }
    }
}
