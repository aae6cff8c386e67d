import Glibc
import LinuxSystem

/// The owners of delegated uid ranges, as listed in /etc/subuid (subuid(5)).
///
/// A user who creates a user namespace can use 65,536 uids in it. All of them are charged to that user, because limits
/// per uid would be ineffective otherwise. Only local files are read, as name services may wait for a network.
struct SubordinateIDs {
    private struct Range {
        let ids: ClosedRange<UInt32>
        let owner: UInt32
    }

    private var ranges: [Range] = []

    /// No delegated ranges.
    init() {}

    /// Parses the texts of /etc/subuid and /etc/passwd.
    ///
    /// A range whose owner is not in /etc/passwd is charged to its first uid.
    init(subuid: String, passwd: String) {
        var uids: [Substring: UInt32] = [:]
        for line in passwd.split(separator: "\n") {
            let parts = line.split(separator: ":", omittingEmptySubsequences: false)
            if parts.count > 2, let uid = UInt32(parts[2]) { uids[parts[0]] = uid }
        }
        for line in subuid.split(separator: "\n") {
            let parts = line.split(separator: ":")
            guard parts.count == 3, let first = UInt32(parts[1]), let count = UInt32(parts[2]), count > 0 else {
                continue
            }
            let (last, overflows) = first.addingReportingOverflow(count - 1)
            guard !overflows else { continue }
            ranges.append(Range(ids: first...last, owner: UInt32(parts[0]) ?? uids[parts[0]] ?? first))
        }
        ranges.sort { $0.ids.lowerBound < $1.ids.lowerBound }
    }

    /// Returns the uid charged for the use of a caller.
    ///
    /// systemd assigns uids of this range to containers, 65,536 at a time. In a user namespace they are charged
    /// together. Outside of one they may be ordinary users of a directory service.
    func quotaUID(of uid: UInt32, isInUserNamespace: Bool) -> UInt32 {
        if let owner = owner(of: uid) { return owner }
        let containers: ClosedRange<UInt32> = 0x0008_0000...0x6fff_ffff
        return isInUserNamespace && containers.contains(uid) ? uid & ~0xffff : uid
    }

    /// The usual tools delegate ranges that do not overlap.
    ///
    /// Among overlapping ranges, the one with the highest start wins.
    private func owner(of uid: UInt32) -> UInt32? {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].ids.lowerBound <= uid { low = middle + 1 } else { high = middle }
        }
        guard low > 0, ranges[low - 1].ids.contains(uid) else { return nil }
        return ranges[low - 1].owner
    }
}

/// The file /etc/subuid, read again after it changes.
struct SubordinateIDFile {
    private let path: String
    private let passwdPath: String
    private var ids = SubordinateIDs()
    private var changed: timespec?
    private static let limit = 4 << 20

    init(path: String = "/etc/subuid", passwdPath: String = "/etc/passwd") {
        self.path = path
        self.passwdPath = passwdPath
    }

    /// Returns the current ranges of the file, or the previous ones when it cannot be read.
    mutating func current() -> SubordinateIDs {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return ids }
        if let changed, changed.tv_sec == status.st_mtim.tv_sec, changed.tv_nsec == status.st_mtim.tv_nsec {
            return ids
        }
        guard let subuid = try? Descriptor.open(path).readText(limit: Self.limit) else { return ids }
        let passwd = (try? Descriptor.open(passwdPath).readText(limit: Self.limit)) ?? ""
        ids = SubordinateIDs(subuid: subuid, passwd: passwd)
        changed = status.st_mtim
        return ids
    }
}
