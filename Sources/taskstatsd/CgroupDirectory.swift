import CLinux
import Glibc
import LinuxSystem
import TaskstatsBroker
import TaskstatsProtocol

/// Opens a directory below a cgroup version 1 mount, as far as the client could open it, following no link.
enum CgroupDirectory {
    static func open(_ path: String, for access: AccessPolicy.Access) throws(ProtocolError) -> Descriptor {
        let components = path.split(separator: "/").map(String.init)
        guard !components.contains("."), !components.contains("..") else {
            throw .invalidParams("cgroup", "must be a path without . and ..")
        }
        let normalised = "/" + components.joined(separator: "/")
        let mount = try mount(of: normalised).split(separator: "/").count
        // Every step from the root, as the client would go: a mount may lie where it has no way to.
        var directory = try step(from: nil, "/", path)
        var device = try status(directory, path).st_dev
        for (depth, component) in components.enumerated() {
            try allow(.search, in: directory, for: access, path)
            directory = try step(from: directory.number, component, path)
            let ownDevice = try status(directory, path).st_dev
            guard depth < mount || ownDevice == device else {
                throw ProtocolError(.permissionDenied, "\(path) leaves its cgroup mount", errno: "EXDEV")
            }
            device = ownDevice
        }
        try allow(.read, in: directory, for: access, path)
        // The kernel wants a descriptor that was really opened.
        do throws(SystemError) {
            return try unsafe Descriptor(clinux_open_at(directory.number, ".", O_RDONLY | O_DIRECTORY), of: "open")
        } catch {
            throw refusal(error, path)
        }
    }

    /// The innermost mount point that the path lies below.
    private static func mount(of path: String) throws(ProtocolError) -> String {
        guard let table = try? Descriptor.open("/proc/self/mounts").readText(limit: 1 << 20) else {
            throw ProtocolError(.unavailable, "the mounts of this host cannot be read")
        }
        var innermost: (point: String, type: Substring)?
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count > 2 else { continue }
            let point = String(parts[1])
            let isAbove = path == point || path.hasPrefix(point == "/" ? "/" : point + "/")
            if isAbove, point.utf8.count >= innermost?.point.utf8.count ?? 0 { innermost = (point, parts[2]) }
        }
        switch innermost?.type {
        case "cgroup": return innermost?.point ?? path
        case "cgroup2":
            throw ProtocolError(
                .unavailable, "\(path) is a cgroup of version 2, for which the kernel has no cgroupstats")
        default:
            throw ProtocolError(
                .permissionDenied, "\(path) is not below a mount of cgroup version 1", errno: "EPERM")
        }
    }

    private static func step(
        from parent: Int32?, _ name: String, _ path: String
    ) throws(ProtocolError) -> Descriptor {
        do throws(SystemError) {
            return try unsafe Descriptor(
                clinux_open_at(parent ?? AT_FDCWD, name, O_DIRECTORY | O_NOFOLLOW | Int32(clinux_o_path)), of: "open")
        } catch {
            throw refusal(error, path)
        }
    }

    private enum Right: mode_t {
        case search = 1
        case read = 4
    }

    /// Refuses what the kernel would refuse the client itself.
    private static func allow(
        _ right: Right, in directory: borrowing Descriptor, for access: AccessPolicy.Access, _ path: String
    ) throws(ProtocolError) {
        guard case .own(let uid, let gid, _) = access else { return }
        let status = try status(directory, path)
        let shift: mode_t = status.st_uid == uid ? 6 : status.st_gid == gid ? 3 : 0
        guard (status.st_mode >> shift) & right.rawValue != 0 else {
            throw refusal(SystemError("open", errno: EACCES), path)
        }
    }

    private static func status(_ directory: borrowing Descriptor, _ path: String) throws(ProtocolError) -> stat {
        var status = stat()
        guard unsafe fstat(directory.number, &status) == 0 else { throw refusal(.last("fstat"), path) }
        return status
    }

    private static func refusal(_ error: SystemError, _ path: String) -> ProtocolError {
        switch error.errno {
        case ENOENT, ENOTDIR, ELOOP: .invalidParams("cgroup", "\(path) is not a cgroup directory (\(error.name))")
        case EACCES, EPERM: ProtocolError(.permissionDenied, "\(path) is not yours to look at", errno: error.name)
        default: ProtocolError(.kernelError, "\(path): \(error)", errno: error.name)
        }
    }
}
