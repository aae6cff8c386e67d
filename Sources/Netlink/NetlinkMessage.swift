/// The header of a netlink message.
package struct NetlinkHeader: Hashable, Sendable {
    /// The size of the header.
    @usableFromInline static var size: Int { 16 }
    /// The type of acknowledgements and errors.
    @usableFromInline static var errorType: UInt16 { 2 }

    /// The family, or a control type of netlink.
    package let type: UInt16
    /// The sequence number: that of the request, or a counter of the sender.
    package let sequence: UInt32

    /// Creates a header with these fields.
    @inlinable
    package init(type: UInt16, sequence: UInt32) {
        self.type = type
        self.sequence = sequence
    }
}

/// The content of one message.
package enum NetlinkMessage {
    /// The answer to a request with an acknowledgement flag: 0 or an error number.
    case acknowledgement(sequence: UInt32, errno: Int32)
    /// Any other message, identified by its header; the payload is passed separately.
    case data(NetlinkHeader)

    /// Calls `body` for each message of a datagram, with the payload after its header.
    @inlinable @inline(__always)
    package static func forEach(
        in datagram: RawSpan, _ body: (NetlinkMessage, RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        var offset = 0
        while offset < datagram.byteCount {
            guard let length: UInt32 = datagram.load(offset), let type: UInt16 = datagram.load(offset + 4),
                let sequence: UInt32 = datagram.load(offset + 8)
            else { throw .malformed("truncated header") }
            let end = offset + Int(length)
            guard length >= NetlinkHeader.size, end <= datagram.byteCount else {
                throw .malformed("message of \(length) bytes, \(datagram.byteCount - offset) available")
            }
            let payload = datagram.extracting(offset + NetlinkHeader.size..<end)
            if type == NetlinkHeader.errorType {
                guard let code: Int32 = payload.load(0) else { throw .malformed("error without an error number") }
                try body(.acknowledgement(sequence: sequence, errno: 0 &- code), payload)
            } else {
                try body(.data(NetlinkHeader(type: type, sequence: sequence)), payload)
            }
            offset = aligned(end)
        }
    }

    /// Calls `body` for each attribute with its type, without the flags in the type.
    @inlinable @inline(__always)
    package static func forEachAttribute(
        in attributes: RawSpan, _ body: (UInt16, RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        let headerSize = 4
        var offset = 0
        while offset < attributes.byteCount {
            guard let length: UInt16 = attributes.load(offset), let type: UInt16 = attributes.load(offset + 2) else {
                throw .malformed("truncated attribute header")
            }
            let end = offset + Int(length)
            guard length >= headerSize, end <= attributes.byteCount else {
                throw .malformed("attribute of \(length) bytes, \(attributes.byteCount - offset) available")
            }
            try body(type & 0x3fff, attributes.extracting(offset + headerSize..<end))
            offset = aligned(end)
        }
    }

    @inlinable @inline(__always)
    static func aligned(_ offset: Int) -> Int { (offset + 3) & ~3 }
}

extension RawSpan {
    /// Loads the integer at an offset, in native byte order, aligned or not; nil when it is not entirely within the
    /// span.
    @inlinable @inline(__always)
    package func load<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: T.Type = T.self) -> T? {
        guard offset >= 0, offset <= byteCount - MemoryLayout<T>.size else { return nil }
        return unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: type)
    }
}
