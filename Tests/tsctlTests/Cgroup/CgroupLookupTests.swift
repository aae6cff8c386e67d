import CommandSupport
import Glibc
import TestSupport
import Testing

@testable import tsctl

/// The search for cgroups of version 2 by path and by unit.
@Suite struct CgroupLookupTests {
    private let tree: CgroupDirectories
    private let lookup: CgroupLookup

    init() throws {
        tree = try CgroupDirectories([
            "": [], "/system.slice": [], "/system.slice/nginx.service": [], "/system.slice/dbus.service": [],
            "/user.slice": [], "/user.slice/user-1000.slice": [], "/user.slice/user-1000.slice/dbus.service": [],
            "/user.slice/user-1000.slice/session-3.scope": [], "/a \"quoted\" 'name'": [], "/_cpu.service": [],
        ])
        lookup = CgroupLookup(mounts: tree.mounts)
    }

    private func problem(_ body: () throws -> Cgroup?) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? Failure)?.message
        }
    }

    @Test func `a path is a directory, or what /proc/PID/cgroup shows`() throws {
        let nginx = tree.cgroup("/system.slice/nginx.service")
        #expect(try lookup.cgroup(at: nginx.directory) == nginx)
        #expect(try lookup.cgroup(at: nginx.directory + "/../nginx.service/") == nginx)
        #expect(try lookup.cgroup(at: nginx.path) == nginx)
        #expect(try lookup.cgroup(at: "/") == Cgroup(directory: tree.mount, path: "/"))
        #expect(try lookup.cgroup(at: "/a \"quoted\" 'name'") == tree.cgroup("/a \"quoted\" 'name'"))
    }

    @Test func `a directory elsewhere is no cgroup of version 2, even if a path leads there`() throws {
        #expect(try lookup.cgroup(at: "/etc") == nil)
        #expect(problem { try lookup.cgroup(at: "/../nothing") } != nil)
        #expect(problem { try lookup.cgroup(at: "nothing") } != nil)
    }

    @Test func `a path that does not exist is reported with the places that were searched`() {
        let message = problem { try lookup.cgroup(at: "/nothing\u{1b}") }
        #expect(
            message == "cannot find the cgroup /nothing\u{1b}: it is not a directory, nor a cgroup below \(tree.mount) "
                + "(/proc/PID/cgroup shows the path of a process; --unit finds a unit by its name)")
        let version1 = CgroupLookup(mounts: MountTable(parsing: ""))
        #expect(
            problem { try version1.cgroup(at: "/nothing") }
                == "cannot find the cgroup /nothing: it is not a directory, and no file system of type cgroup2 is mounted "
                + "(name a directory of cgroup version 1)")
    }

    @Test func `a unit is found by its name, and a name without a type is that of a service`() throws {
        #expect(try lookup.cgroup(ofUnit: "nginx.service").path == "/system.slice/nginx.service")
        #expect(try lookup.cgroup(ofUnit: "nginx").path == "/system.slice/nginx.service")
        #expect(
            try lookup.cgroup(ofUnit: "session-3.scope").path == "/user.slice/user-1000.slice/session-3.scope")
        #expect(try lookup.cgroup(ofUnit: "user.slice").path == "/user.slice")
        #expect(try lookup.cgroup(ofUnit: "cpu.service").path == "/_cpu.service")
    }

    @Test func `an ambiguous unit is reported with the paths to select from`() {
        #expect(
            problem { try lookup.cgroup(ofUnit: "dbus") }
                == "cannot select the unit dbus.service: 2 cgroups have this name (select one with --cgroup: "
                + "/system.slice/dbus.service, /user.slice/user-1000.slice/dbus.service)")
    }

    @Test func `a missing unit is reported with what to do`() {
        #expect(
            problem { try lookup.cgroup(ofUnit: "none.socket") }
                == "cannot find the unit none.socket: no cgroup below \(tree.mount) has this name "
                + "(check that the unit runs with: systemctl status none.socket)")
    }

    @Test func `without a mount of version 2 there are no units`() {
        let lookup = CgroupLookup(mounts: MountTable(parsing: "1 0 0:1 / / rw - ext4 root rw\n"))
        #expect(problem { try lookup.cgroup(ofUnit: "nginx") } == CgroupLookup.noMount.message)
    }

    @Test func `a mount of a part of the hierarchy has the paths of the whole`() throws {
        let part = MountTable(parsing: "2 1 0:2 /machine.slice \(tree.mount) rw - cgroup2 x rw\n")
        let found = try CgroupLookup(mounts: part).cgroup(at: "/machine.slice/user.slice")
        #expect(found == Cgroup(directory: tree.mount + "/user.slice", path: "/machine.slice/user.slice"))
        #expect(try CgroupLookup(mounts: part).cgroup(ofUnit: "user.slice") == found)
    }

    @Test func `names of units keep the types of systemd`() {
        for (name, completed) in [
            ("nginx", "nginx.service"), ("a.b", "a.b.service"), ("user@1000.service", "user@1000.service"),
            ("service", "service.service"), ("x.slice", "x.slice"), ("dev-sda.swap", "dev-sda.swap"),
        ] {
            #expect(UnitName.completed(name) == completed)
        }
    }
}
