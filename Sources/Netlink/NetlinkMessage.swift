/// The header of a netlink message.
package struct NetlinkHeader: Hashable, Sendable {
    /// The bytes that the header takes.
    @usableFromInline static var size: Int { 16 }
    /// The type of acknowledgements and errors.
    @usableFromInline static var errorType: UInt16 { 2 }

    /// The family, or a type of netlink itself.
    package let type: UInt16
    /// The sequence number: that of the request, or a counter of the sender's.
    package let sequence: UInt32

    /// A header that was read.
    @inlinable
    package init(type: UInt16, sequence: UInt32) {
        self.type = type
        self.sequence = sequence
    }
}

/// What one message holds.
package enum NetlinkMessage {
    /// The answer to a request that asked for an acknowledgement: 0 or an error number.
    case acknowledgement(sequence: UInt32, errno: Int32)
    /// Anything else, by its header; the payload comes beside it.
    case data(NetlinkHeader)

    /// Walks the messages of a datagram and hands each over with what follows its header.
    @inlinable @inline(__always)
    package static func forEach(
        in datagram: RawSpan, _ body: (NetlinkMessage, RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        var offset = 0
        while offset < datagram.byteCount {
            guard let length: UInt32 = datagram.load(offset), let type: UInt16 = datagram.load(offset + 4),
                let sequence: UInt32 = datagram.load(offset + 8)
            else { throw .malformed("a header is cut off") }
            let end = offset + Int(length)
            guard length >= NetlinkHeader.size, end <= datagram.byteCount else {
                throw .malformed("a message of \(length) bytes in \(datagram.byteCount - offset)")
            }
            let payload = datagram.extracting(offset + NetlinkHeader.size..<end)
            if type == NetlinkHeader.errorType {
                guard let code: Int32 = payload.load(0) else { throw .malformed("an error without its number") }
                try body(.acknowledgement(sequence: sequence, errno: 0 &- code), payload)
            } else {
                try body(.data(NetlinkHeader(type: type, sequence: sequence)), payload)
            }
            offset = aligned(end)
        }
    }

    /// Walks attributes and hands each over by its type; flags in the type are taken off.
    @inlinable @inline(__always)
    package static func forEachAttribute(
        in attributes: RawSpan, _ body: (UInt16, RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        let headerSize = 4
        var offset = 0
        while offset < attributes.byteCount {
            guard let length: UInt16 = attributes.load(offset), let type: UInt16 = attributes.load(offset + 2) else {
                throw .malformed("an attribute's header is cut off")
            }
            let end = offset + Int(length)
            guard length >= headerSize, end <= attributes.byteCount else {
                throw .malformed("an attribute of \(length) bytes in \(attributes.byteCount - offset)")
            }
            try body(type & 0x3fff, attributes.extracting(offset + headerSize..<end))
            offset = aligned(end)
        }
    }

    @inlinable @inline(__always)
    static func aligned(_ offset: Int) -> Int { (offset + 3) & ~3 }
}
