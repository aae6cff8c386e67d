import Glibc
import TaskstatsModel
import TaskstatsProtocol

/// A line of the daemon, as interpreted by the audit.
enum StreamEvent {
    /// The identity of a record.
    struct Exit: CustomStringConvertible {
        let cpu: Int
        let sequence: UInt64
        let pid: UInt32
        let tgid: UInt32
        let isLast: Bool

        var description: String { "record \(sequence) of CPU \(cpu) (pid \(pid))" }
    }

    /// A record.
    case exit(Exit)
    /// Records that are missing here.
    case lost(LostRecords)
    /// The answer to a request.
    case answer(id: Int64)
    /// The end of the connection, from the daemon's side.
    case closing(String)
    /// The first line of a connection.
    case hello
    /// A line that no daemon should send.
    case malformed(String)
}

extension StreamEvent {
    /// Parses a line; an answer is passed separately.
    ///
    /// Records are parsed here and not with the project's own decoder, only up to their identity: until then the order
    /// of keys is specified, and a debug build has no time for more.
    static func read(_ line: UnsafeRawBufferPointer) -> (event: StreamEvent, reply: ServerEvent.Reply?) {
        if let exit = unsafe exit(line) { return (exit, nil) }
        do throws(EventReader.Malformed) {
            switch try unsafe EventReader.read(line) {
            case .lost(let loss): return (.lost(loss), nil)
            case .reply(let id, let reply): return (.answer(id: id), reply)
            case .closing(let reason): return (.closing(reason), nil)
            case .hello: return (.hello, nil)
            case .exit, .start, .live, .refusal, .unknown:
                return (.malformed(unsafe String(decoding: line, as: UTF8.self)), nil)
            }
        } catch {
            return (.malformed("\(error.problem): \(unsafe String(decoding: line, as: UTF8.self))"), nil)
        }
    }

    private static func exit(_ line: UnsafeRawBufferPointer) -> StreamEvent? {
        var rest = unsafe line
        guard unsafe skip(#"{"jsonrpc":"2.0","method":"exit","params":{"cpu":"#, &rest),
            let cpu = unsafe number(&rest), unsafe skip(#","seq":"#, &rest),
            let sequence = unsafe number(&rest), unsafe skip(#","index":"#, &rest),
            let index = unsafe number(&rest), index > 0, unsafe skip(#","time":"#, &rest),
            let time = unsafe number(&rest), time > 0, unsafe skip(#","pid":"#, &rest),
            let pid = unsafe number(&rest), unsafe skip(#","tgid":"#, &rest),
            let tgid = unsafe number(&rest), unsafe skip(#","last":"#, &rest), let next = unsafe rest.first
        else { return nil }
        return .exit(
            Exit(
                cpu: Int(cpu), sequence: sequence, pid: UInt32(pid), tgid: UInt32(tgid),
                isLast: next == UInt8(ascii: "t")))
    }

    private static func skip(_ text: StaticString, _ rest: inout UnsafeRawBufferPointer) -> Bool {
        let count = text.utf8CodeUnitCount
        guard rest.count > count, let start = rest.baseAddress,
            unsafe memcmp(start, text.utf8Start, count) == 0
        else { return false }
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return true
    }

    private static func number(_ rest: inout UnsafeRawBufferPointer) -> UInt64? {
        var value: UInt64 = 0
        var count = 0
        while count < rest.count, case let digit = unsafe rest[count] &- 0x30, digit < 10 {
            value = value &* 10 &+ UInt64(digit)
            count += 1
        }
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return count > 0 ? value : nil
    }
}
