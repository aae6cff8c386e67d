/// An event of a process, as the kernel's proc connector reports it.
///
/// Process ids are those of the initial namespace.
package struct ProcessEvent: Hashable, Sendable {
    /// What happened.
    package enum Kind: Hashable, Sendable {
        /// The kernel accepted a command, or refused it with this error number.
        case acknowledgement(errno: UInt32)
        /// A process has a new child.
        case fork(parent: UInt32, child: UInt32)
        /// A process executed a program.
        case exec(UInt32)
        /// A process changed its effective user.
        case user(UInt32, effective: UInt32)
        /// A process became the leader of a new session.
        case session(UInt32)
        /// A process changed its command name.
        case command(UInt32, CommandName)
        /// The leader of a process ended; other threads may live on.
        case exit(UInt32)
        /// Another event.
        case other
    }

    /// A command name: 16 bytes, up to the first NUL.
    package struct CommandName: Hashable, Sendable {
        private var low: UInt64 = 0
        private var high: UInt64 = 0

        /// Creates a name from at most 16 bytes.
        package init(_ bytes: some Sequence<UInt8>) {
            var shift: UInt64 = 0
            for byte in bytes.prefix(16) {
                let part = UInt64(byte) << (shift & 63)
                if shift < 64 { low |= part } else { high |= part }
                shift += 8
            }
        }

        /// The bytes of the name.
        package var bytes: [UInt8] {
            var bytes: [UInt8] = []
            for word in [low, high] {
                for shift in stride(from: UInt64(0), to: 64, by: 8) {
                    let byte = UInt8(truncatingIfNeeded: word >> shift)
                    guard byte != 0 else { return bytes }
                    bytes.append(byte)
                }
            }
            return bytes
        }
    }

    /// What happened.
    package var kind: Kind
    /// The CPU on which it happened.
    package var cpu: UInt32
    /// When it happened, in monotonic nanoseconds.
    package var time: UInt64

    /// Creates an event.
    package init(_ kind: Kind, cpu: UInt32 = 0, time: UInt64 = 0) {
        self.kind = kind
        self.cpu = cpu
        self.time = time
    }

    private enum Code {
        static let acknowledgement: UInt32 = 0
        static let fork: UInt32 = 1
        static let exec: UInt32 = 2
        static let user: UInt32 = 4
        static let session: UInt32 = 0x80
        static let command: UInt32 = 0x200
        static let exit: UInt32 = 0x8000_0000
    }

    /// The type of the connector's netlink messages, NLMSG_DONE.
    package static let messageType: UInt16 = 3
    /// The length of the connector's header: the identifier (two numbers), two counters, the length, and flags.
    package static let connectorHeaderBytes = 20
    /// The identifier of the proc connector, in both of its numbers.
    package static let connectorID: UInt32 = 1
    /// Where the data of an event begins, behind its code, CPU and time.
    private static let dataOffset = 16

    /// Decodes the payload of a netlink message; nil when it is not an event of a process.
    package init?(payload: RawSpan) {
        func word(_ offset: Int) -> UInt32? { payload.load(offset, as: UInt32.self) }
        guard word(0) == Self.connectorID, word(4) == Self.connectorID, let length = payload.load(16, as: UInt16.self),
            Self.connectorHeaderBytes + Int(length) <= payload.byteCount, Int(length) > Self.dataOffset
        else { return nil }
        let start = Self.connectorHeaderBytes
        let end = start + Int(length)
        func data(_ index: Int) -> UInt32? {
            let offset = start + Self.dataOffset + 4 * index
            return offset + 4 <= end ? word(offset) : nil
        }
        guard let code = word(start), let cpu = word(start + 4), let time = payload.load(start + 8, as: UInt64.self),
            let first = data(0)
        else { return nil }
        self.cpu = cpu
        self.time = time
        switch code {
        case Code.acknowledgement: kind = .acknowledgement(errno: first)
        case Code.fork:
            guard let parent = data(1), let child = data(3) else { return nil }
            kind = .fork(parent: parent, child: child)
        case Code.exec:
            guard let process = data(1) else { return nil }
            kind = .exec(process)
        case Code.user:
            guard let process = data(1), let effective = data(3) else { return nil }
            kind = .user(process, effective: effective)
        case Code.session:
            guard let process = data(1) else { return nil }
            kind = .session(process)
        case Code.command:
            guard let process = data(1), data(5) != nil else { return nil }
            let name = start + Self.dataOffset + 8
            kind = .command(process, CommandName((name..<name + 16).compactMap { payload.load($0, as: UInt8.self) }))
        case Code.exit:
            guard let process = data(1) else { return nil }
            kind = .exit(process)
        default: kind = .other
        }
    }
}
