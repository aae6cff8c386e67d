import CLinux
import Glibc
import LinuxSystem
import TaskstatsBroker
import TaskstatsProtocol

/// Opens a directory below a cgroup version 1 mount with the client's permissions, following no symbolic links.
enum CgroupDirectory {
    static func open(_ path: String, for access: AccessPolicy.Access) throws(ProtocolError) -> Descriptor {
        let components = try CgroupPath.components(of: path)
        let normalised = "/" + components.joined(separator: "/")
        let mount = try mount(of: normalised).split(separator: "/").count
        // Every step from the root, with the client's permissions: a mount may lie below a directory closed to the
        // client.
        var directory = try step(from: nil, "/", path)
        var device = try status(directory, path).st_dev
        for (depth, component) in components.enumerated() {
            try allow(.search, in: directory, for: access, path)
            directory = try step(from: directory.number, component, path)
            let ownDevice = try status(directory, path).st_dev
            guard depth < mount || ownDevice == device else {
                throw ProtocolError(.permissionDenied, "\(path) crosses into another mount", errno: "EXDEV")
            }
            device = ownDevice
        }
        try allow(.read, in: directory, for: access, path)
        // The kernel does not accept an O_PATH descriptor.
        do throws(SystemError) {
            return try unsafe Descriptor(clinux_open_at(directory.number, ".", O_RDONLY | O_DIRECTORY), of: "open")
        } catch {
            throw refusal(error, path)
        }
    }

    /// Returns the innermost mount point above the path.
    private static func mount(of path: String) throws(ProtocolError) -> String {
        guard let table = try? Descriptor.open("/proc/self/mounts").readBytes(limit: 1 << 20) else {
            throw ProtocolError(.unavailable, "cannot read the mounts of this host")
        }
        // Paths are bytes; comparing them as text is many times slower.
        let slash = UInt8(ascii: "/")
        var innermost: (point: ArraySlice<UInt8>, type: ArraySlice<UInt8>)?
        for line in table.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 3)
            guard parts.count > 2 else { continue }
            let point = parts[1]
            guard path.utf8.starts(with: point) else { continue }
            let next = path.utf8.dropFirst(point.count).first
            let isAbove = point.last == slash || next == nil || next == slash
            if isAbove, point.count >= innermost?.point.count ?? 0 { innermost = (point, parts[2]) }
        }
        let type = innermost.map { String(decoding: $0.type, as: UTF8.self) }
        guard let innermost, type == "cgroup" else {
            throw CgroupPath.refusal(of: path, isVersion2: type == "cgroup2")
        }
        return String(decoding: innermost.point, as: UTF8.self)
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

    /// Refuses what the kernel would refuse to the client itself.
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
        case EACCES, EPERM: ProtocolError(.permissionDenied, "no permission to read \(path)", errno: error.name)
        default: ProtocolError(.kernelError, "\(path): \(error)", errno: error.name)
        }
    }
}
