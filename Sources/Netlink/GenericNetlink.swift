import CMnl
import LinuxSystem

/// A request to a generic netlink family: one command with one attribute.
package struct GenericNetlinkRequest: Hashable, Sendable {
    /// The attribute of a request.
    package enum Attribute: Hashable, Sendable {
        /// An unsigned integer of four bytes.
        case u32(type: UInt16, UInt32)
        /// A string, sent with a terminating NUL, without which the kernel drops the last character.
        case string(type: UInt16, String)
    }

    private static let capacity = 4_096

    /// The encoded message.
    package let bytes: [UInt8]
    /// The purpose of the request, for errors: "register CPU 1".
    package let operation: String
    /// The sequence number, which answers repeat.
    package let sequence: UInt32

    /// Builds a request with the flag for an acknowledgement.
    package init(
        _ operation: String, family: UInt16, command: UInt8, version: UInt8 = 1, sequence: UInt32,
        _ attribute: Attribute
    ) throws(NetlinkError) {
        self.operation = operation
        self.sequence = sequence
        bytes = unsafe withUnsafeTemporaryAllocation(byteCount: Self.capacity, alignment: 8) { buffer in
            // libmnl does not clear the padding of strings.
            unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
            guard let start = buffer.baseAddress, let message = unsafe mnl_nlmsg_put_header(start) else { return [] }
            unsafe message.pointee.nlmsg_type = family
            unsafe message.pointee.nlmsg_flags = UInt16(NLM_F_REQUEST | NLM_F_ACK)
            unsafe message.pointee.nlmsg_seq = sequence
            guard let header = unsafe mnl_nlmsg_put_extra_header(message, MemoryLayout<genlmsghdr>.size) else {
                return []
            }
            unsafe header.storeBytes(of: genlmsghdr(cmd: command, version: version, reserved: 0), as: genlmsghdr.self)
            let fits =
                switch attribute {
                case .u32(let type, let value): unsafe mnl_attr_put_u32_check(message, buffer.count, type, value)
                case .string(let type, let text): unsafe mnl_attr_put_strz_check(message, buffer.count, type, text)
                }
            guard fits else { return [] }
            return unsafe Array(buffer.prefix(Int(message.pointee.nlmsg_len)))
        }
        guard !bytes.isEmpty else { throw .malformed("request to \(operation) is too long") }
    }
}

/// The payload of a generic netlink message: a command and attributes.
package enum GenericNetlinkMessage {
    @usableFromInline static var headerSize: Int { 4 }

    /// Parses the command, and passes it with the attributes after the header.
    @inlinable @inline(__always)
    package static func read(
        _ payload: RawSpan, _ body: (UInt8, RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        guard let command: UInt8 = payload.load(0), payload.byteCount >= headerSize else {
            throw .malformed("truncated generic netlink header")
        }
        try body(command, payload.extracting(headerSize..<payload.byteCount))
    }
}

/// A generic netlink family, whose number is assigned at boot.
package struct GenericNetlinkFamily: Hashable, Sendable {
    /// The message type of the family.
    package let id: UInt16

    /// Creates a family with this number.
    package init(id: UInt16) { self.id = id }

    /// Looks up a family in the kernel; fails with ENOENT when there is none of that name.
    package static func lookUp(
        _ name: String, over port: borrowing some NetlinkPort & ~Copyable, batch: MessageBatch
    ) throws(NetlinkError) -> GenericNetlinkFamily {
        let request = try GenericNetlinkRequest(
            "find the family \(name)", family: UInt16(GENL_ID_CTRL), command: UInt8(CTRL_CMD_GETFAMILY),
            sequence: 1, .string(type: UInt16(CTRL_ATTR_FAMILY_NAME), name))
        var id: UInt16?
        try port.exchange(request, batch: batch) { (_, payload) throws(NetlinkError) in
            try GenericNetlinkMessage.read(payload) { (_, attributes) throws(NetlinkError) in
                try NetlinkMessage.forEachAttribute(in: attributes) { type, value in
                    if type == UInt16(CTRL_ATTR_FAMILY_ID) { id = value.load(0) }
                }
            }
        }
        guard let id else { throw .unanswered(operation: request.operation) }
        return GenericNetlinkFamily(id: id)
    }
}
