import CommandSupport
import LinuxSystem

/// The mounts of this process, to find cgroups of version 2 in.
struct MountTable {
    /// One mount.
    struct Mount: Equatable {
        /// The directory of the file system that is mounted.
        let root: String
        /// The directory on which it is mounted.
        let point: String
        /// The type of the file system.
        let type: String
    }

    /// All mounts, in the order in which they were mounted.
    let mounts: [Mount]

    /// Reads the table of this process.
    static func read() throws(Failure) -> MountTable {
        let path = "/proc/self/mountinfo"
        do throws(SystemError) {
            return MountTable(parsing: try Descriptor.open(path).readText(limit: 1 << 24) ?? "")
        } catch {
            throw Failure("cannot read \(path): \(error.text)")
        }
    }

    /// Parses a table in the form of /proc/PID/mountinfo.
    init(parsing text: String) {
        mounts = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            // Optional words end with a hyphen; the type follows.
            guard let hyphen = words.dropFirst(6).firstIndex(of: "-"), hyphen + 1 < words.count else { return nil }
            return Mount(
                root: Self.unescaped(words[3]), point: Self.unescaped(words[4]), type: String(words[hyphen + 1]))
        }
    }

    /// The visible mounts of cgroup version 2, those of the whole hierarchy first.
    var ofCgroup2: [Mount] {
        let visible = mounts.filter { $0.type == "cgroup2" && innermost(above: $0.point) == $0 }
        return visible.filter { $0.root == "/" } + visible.filter { $0.root != "/" }
    }

    /// Returns the innermost mount that has an absolute path without links; later mounts hide earlier ones.
    func innermost(above path: String) -> Mount? {
        var found: Mount?
        for mount in mounts where Self.remainder(of: path, below: mount.point) != nil {
            if mount.point.utf8.count >= found?.point.utf8.count ?? 0 { found = mount }
        }
        return found
    }

    /// Returns the part of an absolute path below a directory, with its leading slash; nil if it is not below it.
    static func remainder(of path: String, below directory: String) -> String? {
        if directory == "/", path.hasPrefix("/") { return path == "/" ? "" : path }
        guard path.utf8.starts(with: directory.utf8) else { return nil }
        let rest = String(decoding: path.utf8.dropFirst(directory.utf8.count), as: UTF8.self)
        return rest.isEmpty || rest.hasPrefix("/") ? rest : nil
    }

    /// Replaces the kernel's octal escapes, as of a blank: "\040".
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), digits.utf8.count == 3, let value = UInt8(digits, radix: 8) {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
