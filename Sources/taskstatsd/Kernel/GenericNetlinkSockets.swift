import LinuxSystem

/// A generic netlink socket of this network namespace.
struct GenericNetlinkSocket: Hashable {
    var port: UInt32
    var inode: UInt64

    private static let genericProtocol = 16
    private static let table = "/proc/net/netlink"

    /// Returns the currently bound sockets; nil when the table cannot be read.
    static func bound() -> Set<GenericNetlinkSocket>? {
        let limit = 64 << 20
        guard let text = try? Descriptor.open(table).readText(limit: limit) else { return nil }
        return bound(in: text)
    }

    /// Parses the text of /proc/net/netlink, leaving out the kernel's own sockets.
    ///
    /// Columns: address, protocol, port id, groups, received bytes, sent bytes, dump, references, drops, inode.
    static func bound(in text: String) -> Set<GenericNetlinkSocket> {
        var sockets: Set<GenericNetlinkSocket> = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let columns = line.split(separator: UInt8(ascii: " "))
            guard columns.count == 10, Int(Substring(columns[1])) == genericProtocol,
                let port = UInt32(Substring(columns[2])), port != 0, let inode = UInt64(Substring(columns[9]))
            else { continue }
            sockets.insert(GenericNetlinkSocket(port: port, inode: inode))
        }
        return sockets
    }
}
