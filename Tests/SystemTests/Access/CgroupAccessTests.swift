import TestSupport
import Testing

extension SystemTests {
    /// Access to cgroups.
    @Suite struct CgroupAccessTests {
        /// Whether the kernel has hierarchies of version 1, which the parameter cgroup_no_v1 can forbid.
        private static var hasVersion1: Bool {
            get throws {
                try Host.text("/proc/filesystems").split(separator: "\n").contains { $0.hasSuffix("\tcgroup") }
                    && !Host.text("/proc/cmdline").contains("cgroup_no_v1")
            }
        }

        @Test(.enabled("needs a kernel with cgroups of version 1") { try hasVersion1 })
        func `a cgroup v1 directory is counted for clients that could list it, and nothing outside its mount`() throws {
            let workshop = try Workshop()
            let daemon = try RunningDaemon(["--group", "nogroup"])
            let lines = try Script.fields(workshop.command("cgroups.py", daemon.socket, workshop.directory.path))
            let foreign: Set = ["another file system", "another file system with a blank"]
            for line in lines {
                try #require(line.count == 4)
                let (persona, directory, open, counted) = (line[0], line[1], line[2], line[3])
                let expected =
                    switch (persona, directory) {
                    // Nothing mounted there is a cgroup.
                    case _ where foreign.contains(directory): "no"
                    // The daemon has given up the right to open what only another user may open.
                    case (_, "the owner's"): "no"
                    // The administrator grants everything to members of the group.
                    case ("member", _): "yes"
                    // Only the first group of a client counts: less than the kernel allows, never more.
                    case ("owner in another group", "of the owner's group"): "no"
                    default: open
                    }
                #expect(counted == expected, "\(persona): \(directory)")
            }
            let refused = lines.filter { $0[0] == "owner" && $0[3] == "no" }.map(\.[1])
            let closed: Set = ["the owner's", "to search only", "root's", "below root's", "beyond a closed directory"]
            #expect(Set(refused) == closed.union(foreign))
        }
    }
}
