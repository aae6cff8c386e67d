import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct RequestLineTests {
    private func line(_ call: Request.Call) -> String {
        let bytes = Request(id: .integer(1), call: call).line
        return bytes.line
    }

    @Test func `methods without parameters are encoded without params`() {
        #expect(line(.status) == #"{"jsonrpc":"2.0","id":1,"method":"status"}"#)
        #expect(line(.unsubscribe) == #"{"jsonrpc":"2.0","id":1,"method":"unsubscribe"}"#)
        #expect(line(.describe) == #"{"jsonrpc":"2.0","id":1,"method":"describe"}"#)
    }

    @Test func `defaults of get and subscribe are omitted, except CPUs and scope`() {
        #expect(line(.get(.pid(7), fields: .all)) == #"{"jsonrpc":"2.0","id":1,"method":"get","params":{"pid":7}}"#)
        #expect(
            line(.subscribe(Subscription(), cpuList: "all"))
                == #"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"cpus":"all","scope":"task"}}"#)
    }

    @Test(arguments: SeededGenerator.seeds)
    func `a random request is decoded as it was encoded`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let request = Request.random(using: &generator)
            let bytes = request.line
            #expect(bytes.array.last == 0x0a)
            #expect(bytes.line.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
            #expect(try RequestDecoder.decode(bytes.line) == request)
        }
    }
}

extension Request {
    fileprivate static func random(using generator: inout SeededGenerator) -> Request {
        Request(id: randomID(using: &generator), call: randomCall(using: &generator))
    }

    private static func randomID(using generator: inout SeededGenerator) -> RequestID {
        if generator.chance(50) { return .integer(.random(in: -(1 << 53)...(1 << 53), using: &generator)) }
        return .string(text(using: &generator))
    }

    private static func text(using generator: inout SeededGenerator) -> String {
        String(
            (0..<Int.random(in: 0...20, using: &generator)).compactMap { _ in
                "a\"\\\u{0}\n\u{7f}é🦀*".randomElement(using: &generator)
            })
    }

    private static func randomCall(using generator: inout SeededGenerator) -> Call {
        let id = UInt32.random(in: 1...UInt32(Int32.max), using: &generator)
        switch UInt8.random(in: 0..<9, using: &generator) {
        case 0: return .get(.pid(id), fields: fields(using: &generator))
        case 1: return .get(.tgid(id), fields: fields(using: &generator))
        case 2: return .get(.cgroup("/" + text(using: &generator).replacing("\u{0}", with: "")), fields: .all)
        case 3: return .unsubscribe
        case 4: return .status
        case 5: return .describe
        default:
            let list = ["0-3", "all", "0-N:1/2\t7", ",\u{b}0,\r\n1"].randomElement(using: &generator) ?? "all"
            return .subscribe(parameters(using: &generator), cpuList: list)
        }
    }

    private static func fields(using generator: inout SeededGenerator) -> FieldSet {
        let fields = FieldSet.random(using: &generator)
        return fields.isEmpty ? .all : fields
    }

    private static func parameters(using generator: inout SeededGenerator) -> Subscription {
        var result = Subscription()
        result.scope = generator.chance(50) ? .task : .process
        result.overflow = generator.chance(50) ? .drop : .disconnect
        result.fields = fields(using: &generator)
        if generator.chance(30) { result.filter.uids = ids(using: &generator) }
        if generator.chance(30) { result.filter.gids = ids(using: &generator) }
        if generator.chance(30) { result.filter.ppids = ids(using: &generator) }
        if generator.chance(30) {
            let texts = (0...Int.random(in: 0...3, using: &generator)).map { _ in text(using: &generator) }
            let patterns = texts.compactMap(GlobPattern.init)
            if !patterns.isEmpty { result.filter.commands = patterns }
        }
        if generator.chance(30) { result.filter.exit = RecordFilter.Exit.allCases.randomElement(using: &generator) }
        if generator.chance(30) { result.filter.minElapsedMicroseconds = generator.integer() >> 1 }
        return result
    }

    private static func ids(using generator: inout SeededGenerator) -> Set<UInt32> {
        let count = Int.random(in: 1...20, using: &generator)
        return Set((0..<count).map { _ in UInt32(truncatingIfNeeded: generator.integer()) })
    }
}
