import CMnl
import LinuxSystem

/// A request in the form that generic netlink families take: one command with one attribute.
package struct GenericNetlinkRequest: Hashable, Sendable {
    /// The one attribute of a request.
    package enum Attribute: Hashable, Sendable {
        /// An unsigned integer of four bytes.
        case u32(type: UInt16, UInt32)
        /// A string, with the NUL without which the kernel drops the last character.
        case string(type: UInt16, String)
    }

    private static let capacity = 4_096

    /// The message as it is sent.
    package let bytes: [UInt8]
    /// What it asks for, for errors: "register CPU 1".
    package let operation: String
    /// The number that answers carry.
    package let sequence: UInt32

    /// Builds a request that asks to be acknowledged.
    package init(
        _ operation: String, family: UInt16, command: UInt8, version: UInt8 = 1, sequence: UInt32,
        _ attribute: Attribute
    ) throws(NetlinkError) {
        self.operation = operation
        self.sequence = sequence
        bytes = unsafe withUnsafeTemporaryAllocation(byteCount: Self.capacity, alignment: 8) { buffer in
            // libmnl leaves the padding of strings as it was.
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
        guard !bytes.isEmpty else { throw .malformed("the request to \(operation) is too long") }
    }
}

/// The payload of a generic netlink message: a command and attributes.
package enum GenericNetlinkMessage {
    @usableFromInline static var headerSize: Int { 4 }

    /// The command, and the attributes behind the header.
    @inlinable @inline(__always)
    package static func read(
        _ payload: RawSpan, _ body: (UInt8, RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        guard let command: UInt8 = payload.load(0), payload.byteCount >= headerSize else {
            throw .malformed("a generic netlink header is cut off")
        }
        try body(command, payload.extracting(headerSize..<payload.byteCount))
    }
}

/// A family of generic netlink, whose number is given at boot.
package struct GenericNetlinkFamily: Hashable, Sendable {
    /// The number that messages of the family have as their type.
    package let id: UInt16

    /// A family of this number.
    package init(id: UInt16) { self.id = id }

    /// Asks the kernel for a family; ENOENT when it has none of that name.
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
