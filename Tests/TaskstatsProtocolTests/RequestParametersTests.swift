import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsProtocol

/// The parameters of the methods.
@Suite struct RequestParametersTests {
    private func line(_ method: String, _ params: String) -> String {
        #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
    }

    private func call(_ method: String, _ params: String) throws -> Request.Call {
        try RequestDecoder.decode(line(method, params)).call
    }

    private func refusal(_ method: String, _ params: String) -> ProtocolError? {
        RequestDecoder.failure(line(method, params))?.error
    }

    /// Expects an InvalidParams with the key in `data` and at the start of the message.
    private func expectInvalid(
        _ method: String, _ params: String, _ field: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let failure = RequestDecoder.failure(line(method, params))
        #expect(failure?.id == .integer(1), sourceLocation: sourceLocation)
        #expect(failure?.error.name == .invalidParams, "\(params)", sourceLocation: sourceLocation)
        #expect(failure?.error.name.code == -32602, sourceLocation: sourceLocation)
        #expect(failure?.error.field == field, "\(params)", sourceLocation: sourceLocation)
        #expect(failure?.error.message.hasPrefix(field) == true, "\(params)", sourceLocation: sourceLocation)
    }

    // MARK: Every method

    @Test(arguments: ["unsubscribe", "status", "describe"])
    func `methods without parameters accept none, or an empty object`(method: String) throws {
        let bare = try RequestDecoder.decode(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)"}"#)
        #expect(bare.call.method == method)
        #expect(try call(method, "{}") == bare.call)
        expectInvalid(method, #"{"pid":1}"#, "pid")
    }

    @Test(arguments: ["get", "subscribe", "unsubscribe", "status", "describe"])
    func `params that are not an object are refused`(method: String) {
        for params in ["[]", "[1]", "null", "1", "\"x\"", "true"] { expectInvalid(method, params, "params") }
    }

    @Test(arguments: ["get", "subscribe", "unsubscribe", "status", "describe"])
    func `an unknown parameter is named`(method: String) {
        expectInvalid(method, #"{"colour":1}"#, "colour")
        expectInvalid(method, #"{"CPUS":"all"}"#, "CPUS")
        expectInvalid(method, #"{"":1}"#, "")
    }

    // MARK: get

    @Test func `get accepts a pid or a tgid from 1 to the largest`() throws {
        for id in [1, 812, 2_147_483_647] as [UInt32] {
            #expect(try call("get", #"{"pid":\#(id)}"#) == .get(.pid(id), fields: .all))
            #expect(try call("get", #"{"tgid":\#(id)}"#) == .get(.tgid(id), fields: .all))
        }
    }

    @Test(arguments: [
        "0", "-1", "2147483648", "4294967297", "9223372036854775807", "1.0", "\"1\"", "null", "[1]", "{}", "true",
    ])
    func `anything else is not a pid or tgid`(value: String) {
        expectInvalid("get", #"{"pid":\#(value)}"#, "pid")
        expectInvalid("get", #"{"tgid":\#(value)}"#, "tgid")
    }

    @Test func `get accepts the absolute path of a cgroup`() throws {
        #expect(
            try call("get", #"{"cgroup":"/sys/fs/cgroup/a b"}"#) == .get(.cgroup("/sys/fs/cgroup/a b"), fields: .all))
        let longest = "/" + String(repeating: "x", count: 4_094)
        #expect(try call("get", #"{"cgroup":"\#(longest)"}"#) == .get(.cgroup(longest), fields: .all))
        // A combining mark after the slash makes one character of both, but the path is absolute all the same.
        #expect(try call("get", #"{"cgroup":"/\u0301"}"#) == .get(.cgroup("/\u{301}"), fields: .all))
    }

    @Test func `any other path is refused`() {
        for value in [#""""#, #""relative""#, #""/a\u0000b""#, "1", "null", #"["/a"]"#] {
            expectInvalid("get", #"{"cgroup":\#(value)}"#, "cgroup")
        }
        expectInvalid("get", #"{"cgroup":"/\#(String(repeating: "x", count: 4_095))"}"#, "cgroup")
        expectInvalid("get", #"{"cgroup":"/a","fields":["cpu"]}"#, "fields")
    }

    @Test func `get requires exactly one target`() {
        for params in [
            "{}", #"{"fields":["cpu"]}"#, #"{"pid":1,"tgid":1}"#, #"{"tgid":1,"cgroup":"/a"}"#,
            #"{"pid":1,"tgid":1,"cgroup":"/a"}"#,
        ] {
            #expect(refusal("get", params)?.name == .invalidParams)
            #expect(refusal("get", params)?.message == "get takes exactly one of pid, tgid and cgroup")
            #expect(refusal("get", params)?.field == nil, "the error is about several parameters")
        }
    }

    // MARK: fields

    @Test func `fields are names, groups, or both, in any order and more than once`() throws {
        for field in Field.allCases {
            #expect(try call("get", #"{"pid":1,"fields":["\#(field.name)"]}"#) == .get(.pid(1), fields: [field]))
        }
        for group in FieldGroup.allCases {
            #expect(
                try call("get", #"{"tgid":1,"fields":["\#(group.rawValue)"]}"#)
                    == .get(.tgid(1), fields: FieldSet(group: group)))
        }
        let mixed = FieldSet(group: .io).union([.acUid])
        #expect(
            try call("get", #"{"pid":1,"fields":["io","ac_uid","read_bytes","io"]}"#) == .get(.pid(1), fields: mixed))
    }

    @Test(arguments: [
        "[]", "\"io\"", "null", "{}", "[1]", "[null]", #"["ac_pad"]"#, #"["acUid"]"#, #"["ac_uid",""]"#, #"["IO"]"#,
    ])
    func `anything but a list of fields is refused`(value: String) {
        expectInvalid("get", #"{"pid":1,"fields":\#(value)}"#, "fields")
        expectInvalid("subscribe", #"{"fields":\#(value)}"#, "fields")
    }

    // MARK: subscribe

    @Test func `subscribe without parameters selects every task on every CPU`() throws {
        let bare = try RequestDecoder.decode(#"{"jsonrpc":"2.0","id":1,"method":"subscribe"}"#)
        #expect(bare.call == .subscribe(Subscription(), cpuList: "all"))
        #expect(try call("subscribe", "{}") == bare.call)
        let defaults = Subscription()
        #expect(defaults.cpus == .all)
        #expect(defaults.scope == .task)
        #expect(defaults.fields == .all)
        #expect(defaults.filter.isEmpty)
        #expect(defaults.overflow == .drop)
    }

    @Test func `subscribe accepts all parameters together`() throws {
        var expected = Subscription()
        expected.scope = .process
        expected.overflow = .disconnect
        expected.fields = [.acComm]
        expected.filter.uids = [0, 4_294_967_295]
        expected.filter.gids = [5]
        expected.filter.ppids = [1, 2]
        expected.filter.commands = GlobPattern("git*").map { [$0] }
        expected.filter.exit = .signaled
        expected.filter.minElapsedMicroseconds = UInt64(Int64.max)
        let params = """
            {"cpus":"0-31:2/4","scope":"process","overflow":"disconnect","fields":["ac_comm"],\
            "filter":{"uid":[4294967295,0,0],"gid":[5],"ppid":[2,1],"comm":"git*","exit":"signaled",\
            "min_elapsed_us":9223372036854775807}}
            """
        #expect(try call("subscribe", params) == .subscribe(expected, cpuList: "0-31:2/4"))
    }

    @Test func `every scope, overflow and exit has a name`() throws {
        for (name, known) in [("scope", ["task", "process"]), ("overflow", ["drop", "disconnect"])] {
            for word in known { #expect(throws: Never.self) { try call("subscribe", #"{"\#(name)":"\#(word)"}"#) } }
            for value in ["\"\"", "\"Task\"", "1", "null", "true", "[\"task\"]"] {
                expectInvalid("subscribe", #"{"\#(name)":\#(value)}"#, name)
            }
        }
        for exit in RecordFilter.Exit.allCases {
            let call = try call("subscribe", #"{"filter":{"exit":"\#(exit.rawValue)"}}"#)
            guard case .subscribe(let parameters, _) = call else { throw UnexpectedValue(call) }
            #expect(parameters.filter.exit == exit)
        }
    }

    @Test(arguments: ["0", "null", "[\"0\"]", "{}", "true"])
    func `cpus must be a string`(value: String) {
        expectInvalid("subscribe", #"{"cpus":\#(value)}"#, "cpus")
    }

    @Test func `a list of CPUs is a bad line if no machine can have them, else it depends on the machine`() throws {
        for text in ["", "nonsense", "4-2"] { expectInvalid("subscribe", #"{"cpus":"\#(text)"}"#, "cpus") }
        for text in ["9999", "4-N", "N-4"] {
            let call = try call("subscribe", #"{"cpus":"\#(text)"}"#)
            guard case .subscribe(_, let cpuList) = call else { throw UnexpectedValue(call) }
            #expect(cpuList == text)
        }
    }

    // MARK: filter

    @Test func `an empty filter passes everything`() throws {
        #expect(try call("subscribe", #"{"filter":{}}"#) == .subscribe(Subscription(), cpuList: "all"))
    }

    @Test(arguments: ["[]", "null", "1", "\"uid\""])
    func `a filter must be an object`(value: String) {
        expectInvalid("subscribe", #"{"filter":\#(value)}"#, "filter")
    }

    @Test func `an unknown condition is named`() {
        expectInvalid("subscribe", #"{"filter":{"pid":[1]}}"#, "filter.pid")
        expectInvalid("subscribe", #"{"filter":{"uid":[1],"":1}}"#, "filter.")
    }

    @Test(arguments: ["uid", "gid", "ppid"])
    func `ids must be a list of unsigned 32-bit integers`(name: String) {
        for value in ["[]", "1", "null", "{}", "[-1]", "[4294967296]", "[1.0]", "[\"1\"]", "[null]", "[1,[2]]"] {
            expectInvalid("subscribe", #"{"filter":{"\#(name)":\#(value)}}"#, "filter.\(name)")
        }
    }

    @Test func `the lists of a filter have at most 256 ids in total`() throws {
        func list(_ count: Int) -> String { (0..<count).map(String.init).joined(separator: ",") }
        func params(_ uids: Int, _ gids: Int) -> String {
            #"{"filter":{"uid":[\#(list(uids))],"gid":[\#(list(gids))]}}"#
        }
        let call = try call("subscribe", params(250, 6))
        guard case .subscribe(let parameters, _) = call else { throw UnexpectedValue(call) }
        #expect(parameters.filter.uids?.count == 250 && parameters.filter.gids?.count == 6)
        expectInvalid("subscribe", params(250, 7), "filter.gid")
        expectInvalid("subscribe", params(257, 1), "filter.uid")
    }

    @Test func `a list of CPUs has at most 256 parts`() throws {
        func params(_ parts: Int) -> String {
            #"{"cpus":"\#(Array(repeating: "0", count: parts).joined(separator: ","))"}"#
        }
        #expect(throws: Never.self) { try call("subscribe", params(256)) }
        expectInvalid("subscribe", params(257), "cpus")
    }

    @Test func `a pattern for commands has closed brackets and at most 256 bytes`() throws {
        let longest = String(repeating: "x", count: 256)
        #expect(throws: Never.self) { try call("subscribe", #"{"filter":{"comm":"\#(longest)"}}"#) }
        for value in ["1", "null", #""[a""#, #""a\\""#, #""[b-a]""#, "\"x\(longest)\""] {
            expectInvalid("subscribe", #"{"filter":{"comm":\#(value)}}"#, "filter.comm")
        }
    }

    @Test(arguments: ["\"failure\"", "1", "null", "[]"])
    func `exit is one of three names`(value: String) {
        expectInvalid("subscribe", #"{"filter":{"exit":\#(value)}}"#, "filter.exit")
    }

    @Test(arguments: ["-1", "1.5", "\"1\"", "null", "[]"])
    func `the minimum age is a non-negative integer`(value: String) {
        expectInvalid("subscribe", #"{"filter":{"min_elapsed_us":\#(value)}}"#, "filter.min_elapsed_us")
    }
}
