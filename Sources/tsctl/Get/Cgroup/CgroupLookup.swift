import CommandSupport
import Glibc
import LinuxSystem

/// A cgroup of version 2.
struct Cgroup: Equatable {
    /// The absolute path of its directory.
    let directory: String
    /// The path below the mount, as /proc/PID/cgroup shows it.
    let path: String
}

/// The search for cgroups of version 2, by path and by unit of systemd.
struct CgroupLookup {
    let mounts: MountTable

    /// Returns the cgroup of a directory, or with a path as in /proc/PID/cgroup; nil if there is none of version 2.
    func cgroup(at path: String) throws(Failure) -> Cgroup? {
        let directory = Self.resolved(path)
        let isMissing = directory == nil && (errno == ENOENT || errno == ENOTDIR)
        if let directory, let found = cgroup(in: directory) { return found }
        for mount in mounts.ofCgroup2 where path.hasPrefix("/") {
            guard let rest = MountTable.remainder(of: path, below: mount.root),
                let directory = Self.resolved(mount.point + rest), let found = cgroup(in: directory)
            else { continue }
            return found
        }
        if isMissing { throw missing(path) }
        return nil
    }

    private func missing(_ path: String) -> Failure {
        let points = mounts.ofCgroup2.map(\.point)
        guard !points.isEmpty else {
            return Failure(
                "cannot find the cgroup \(path): it is not a directory, and no file system of type cgroup2 is mounted "
                    + "(name a directory of cgroup version 1)")
        }
        return Failure(
            "cannot find the cgroup \(path): it is not a directory, nor a cgroup below "
                + "\(points.joined(separator: " or ")) (/proc/PID/cgroup shows the path of a process; --unit finds a unit "
                + "by its name)")
    }

    /// Returns the cgroup whose directory has the name of a unit; throws if there is none, or if there are several.
    func cgroup(ofUnit name: String) throws -> Cgroup {
        let name = UnitName.completed(name)
        guard let mount = mounts.ofCgroup2.first else { throw Self.noMount }
        var found: [Cgroup] = []
        let unreadable = try CgroupWalk.run(from: mount.point) { directory in
            // The names of directories may not be UTF-8, but those of units are.
            guard let path = String(validating: directory.path, as: UTF8.self),
                UnitName.directories(of: name).contains(path.split(separator: "/").last.map(String.init) ?? ""),
                let cgroup = cgroup(in: path)
            else { return }
            found.append(cgroup)
        }
        found.sort { $0.path < $1.path }
        switch found.count {
        case 0: throw Self.missing(name, below: mount.point, unreadable: unreadable)
        case 1: return found[0]
        default: throw Self.ambiguous(name, found)
        }
    }

    static let noMount = Failure(
        "cannot find units: no file system of type cgroup2 is mounted "
            + "(mount it, as systemd does, or name a directory of cgroup version 1 with --cgroup)")

    private static func missing(_ name: String, below point: String, unreadable: Int) -> Failure {
        let unread =
            unreadable == 0 ? "" : "; \(unreadable) \(unreadable == 1 ? "cgroup" : "cgroups") could not be read"
        return Failure(
            "cannot find the unit \(name): no cgroup below \(point) has this name\(unread) "
                + "(check that the unit runs with: systemctl status \(name))")
    }

    private static let mostCandidates = 8

    private static func ambiguous(_ name: String, _ found: [Cgroup]) -> Failure {
        let more = found.count > mostCandidates ? ", ..." : ""
        let paths = found.prefix(mostCandidates).map { $0.path }.joined(separator: ", ")
        return Failure(
            "cannot select the unit \(name): \(found.count) cgroups have this name "
                + "(select one with --cgroup: \(paths)\(more))")
    }

    /// Returns the cgroup of an absolute path without links; nil if it is not below a mount of cgroup version 2.
    private func cgroup(in directory: String) -> Cgroup? {
        guard let mount = mounts.innermost(above: directory), mount.type == "cgroup2",
            let rest = MountTable.remainder(of: directory, below: mount.point)
        else { return nil }
        let path = (mount.root == "/" ? "" : mount.root) + rest
        return Cgroup(directory: directory, path: path.isEmpty ? "/" : path)
    }

    /// Returns the absolute path of a directory without links; nil if there is none, with the reason in errno.
    static func resolved(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}

/// The names of systemd's units.
enum UnitName {
    private static let types = [
        "service", "scope", "slice", "socket", "mount", "swap", "automount", "target", "device", "path", "timer",
    ]

    /// Returns the name with the type that systemctl(1) assumes, .service, if it has none.
    static func completed(_ name: String) -> String {
        let type = name.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init)
        return name.contains(".") && types.contains(type ?? "") ? name : name + ".service"
    }

    /// Returns the possible names of the unit's directory; systemd puts an underscore before names that mean something
    /// else to the kernel.
    static func directories(of name: String) -> [String] { [name, "_" + name] }
}
