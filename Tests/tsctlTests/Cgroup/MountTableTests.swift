import Testing

@testable import tsctl

/// The mounts of a process.
@Suite struct MountTableTests {
    private let table = MountTable(
        parsing: """
            21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            22 21 0:5 / /sys/fs/cgroup rw - tmpfs tmpfs rw
            23 22 0:6 /sub /mnt/a\\040b\\134c rw shared:2 master:3 - cgroup2 none rw
            24 22 0:6 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            25 22 0:6 / /hidden rw - cgroup2 cgroup2 rw
            26 25 0:7 / /hidden rw - tmpfs tmpfs rw
            27 22 0:8 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
            nonsense
            28 22 0:9 / /incomplete rw -

            """)

    @Test func `lines are read with any number of optional words, and escapes are replaced`() {
        #expect(table.mounts.count == 7)
        #expect(table.mounts[2] == .init(root: "/sub", point: "/mnt/a b\\c", type: "cgroup2"))
    }

    @Test func `a path belongs to the innermost mount above it, and of several at one place to the last`() {
        #expect(table.innermost(above: "/sys/fs/cgroup/unified/a")?.type == "cgroup2")
        #expect(table.innermost(above: "/sys/fs/cgroup/unified")?.type == "cgroup2")
        #expect(table.innermost(above: "/sys/fs/cgroup/unifiedly")?.type == "tmpfs")
        #expect(table.innermost(above: "/sys/fs/cgroup/cpu/web")?.type == "cgroup")
        #expect(table.innermost(above: "/hidden/x")?.type == "tmpfs")
        #expect(table.innermost(above: "/etc")?.point == "/")
        #expect(table.innermost(above: "relative") == nil)
    }

    @Test func `mounts of the whole hierarchy come first, and hidden ones are left out`() {
        #expect(table.ofCgroup2.map(\.point) == ["/sys/fs/cgroup/unified", "/mnt/a b\\c"])
        #expect(MountTable(parsing: "").ofCgroup2.isEmpty)
    }

    @Test func `the part of a path below a directory begins with a slash`() {
        #expect(MountTable.remainder(of: "/a/b", below: "/a") == "/b")
        #expect(MountTable.remainder(of: "/a", below: "/a") == "")
        #expect(MountTable.remainder(of: "/ab", below: "/a") == nil)
        #expect(MountTable.remainder(of: "/a", below: "/") == "/a")
        #expect(MountTable.remainder(of: "/", below: "/") == "")
    }
}
