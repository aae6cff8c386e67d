import TestSupport
import Testing

extension SystemTests {
    @Suite("Whose cgroups are counted")
    struct CgroupAccessTests {
        @Test("A directory of cgroup version 1 is counted for who could list it, and nothing outside of its mount")
        func cgroups() throws {
            let workshop = try Workshop()
            let daemon = try RunningDaemon(["--group", "nogroup"])
            let lines = try Script.fields(workshop.command("cgroups.py", daemon.socket, workshop.directory.path))
            if lines == [["no cgroup version 1"]] { return }
            let foreign: Set = ["another file system", "another file system with a blank"]
            for line in lines {
                try #require(line.count == 4)
                let (persona, directory, open, counted) = (line[0], line[1], line[2], line[3])
                let expected =
                    switch (persona, directory) {
                    // What is mounted there is no cgroup.
                    case _ where foreign.contains(directory): "no"
                    // Nor can the daemon open what is open to another user alone: it has given up the right to.
                    case (_, "the owner's"): "no"
                    // The administrator grants everything to members of the group.
                    case ("member", _): "yes"
                    // Of the groups of a client only the first counts: less than the kernel allows, never more.
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
