import TaskstatsModel
import TaskstatsProtocol

/// Parameters of methods.
extension RequestCase {
    static let targets =
        of(
            "existing tasks", .accepted(.get(.pid(1), fields: .all)),
            [request("get", #"{"pid":1}"#), request("get", #"{ "\u0070id" : 1 }"#)])
        + of("processes that are there", .accepted(.get(.tgid(1), fields: .all)), [request("get", #"{"tgid":1}"#)])
        + of(
            "fields", .accepted(.get(.pid(1), fields: [.acComm, .nvcsw])),
            [
                request("get", #"{"pid":1,"fields":["ac_comm","nvcsw"]}"#),
                request("get", #"{"fields":["nvcsw","ac_comm","nvcsw","ac\u005fcomm"],"pid":1}"#),
            ])
        + of(
            "impossible tasks", .accepted(.get(.pid(2_147_483_647), fields: .all), answer: .noSuchTask),
            [request("get", #"{"pid":2147483647}"#)])
        + of(
            "invalid targets, or several", .refused(.invalidParams, id: id),
            [
                "{}", #"{"pid":1,"tgid":1}"#, #"{"pid":1,"cgroup":"/"}"#, #"{"pid":1,"tgid":1,"cgroup":"/"}"#,
                #"{"pid":0}"#,
                #"{"pid":-1}"#, #"{"pid":-0}"#, #"{"pid":2147483648}"#, #"{"pid":4294967297}"#,
                #"{"pid":9223372036854775807}"#,
                #"{"pid":1.0}"#, #"{"pid":1e0}"#, #"{"pid":"1"}"#, #"{"pid":[1]}"#, #"{"pid":null}"#, #"{"pid":true}"#,
                #"{"tgid":{}}"#, #"{"tgid":0}"#, #"{"Pid":1}"#, #"{"pid":1,"x":1}"#, #"{"pid":null,"tgid":1}"#,
                #"{"cgroup":""}"#, #"{"cgroup":"a"}"#, #"{"cgroup":7}"#, #"{"cgroup":"/a\u0000b"}"#,
                #"{"cgroup":"/","fields":["io"]}"#, #"{"cgroup":"/a/../b"}"#, #"{"cgroup":"/a/."}"#,
                #"{"cgroup":"//.."}"#,
                "{\"cgroup\":\"\(String(repeating: "/a", count: 65))\"}",
                "{\"cgroup\":\"/\(String(repeating: "x", count: 4_095))\"}",
            ].map { request("get", $0) })
        + of(
            "invalid fields", .refused(.invalidParams, id: id),
            [
                "null", "[]", "{}", "7", "\"io\"", "[7]", "[null]", "[[\"io\"]]", "[\"\"]", "[\"IO\"]", "[\"io \"]",
                "[\"ac_pad\"]", "[\"ac_comm_hex\"]",
                "[\"io\",\"nope\"]", "[\"io\\u0000\"]", "[\"all\"]", "[\"*\"]",
            ].flatMap { [request("get", #"{"pid":1,"fields":\#($0)}"#), request("subscribe", #"{"fields":\#($0)}"#)] })

    static let subscriptions =
        of(
            "subscriptions", .accepted(subscribe()),
            [
                request("subscribe"), request("subscribe", "{}"),
                request("subscribe", #"{"cpus":"all","scope":"task","overflow":"drop","filter":{}}"#),
            ])
        + of(
            "filters", .accepted(subscribe { $0.filter.uids = [0, 4_294_967_295] }),
            [request("subscribe", #"{"filter":{"uid":[4294967295,0,-0,0]}}"#)])
        + of(
            "patterns",
            .accepted(subscribe { $0.filter.commands = GlobPattern("\u{0}[!a-z]\\*é").map { [$0] } }),
            [
                request("subscribe", #"{"filter":{"comm":"\u0000[!a-z]\\*\u00e9"}}"#),
                request("subscribe", #"{"filter":{"comm":["\u0000[!a-z]\\*\u00e9"]}}"#),
            ])
        + of(
            "lists of patterns",
            .accepted(
                subscribe { $0.filter.commands = ["git*", "", "m"].compactMap(GlobPattern.init) }),
            [request("subscribe", #"{"filter":{"comm":["git*","","m"]}}"#)])
        + of(
            "long times", .accepted(subscribe { $0.filter.minElapsedMicroseconds = UInt64(Int64.max) }),
            [request("subscribe", #"{"filter":{"min_elapsed_us":9223372036854775807}}"#)])
        + of(
            "invalid subscriptions", .refused(.invalidParams, id: id),
            [
                #"{"cpus":0}"#, #"{"cpus":null}"#, #"{"cpus":["0"]}"#, #"{"scope":"thread"}"#, #"{"scope":"Task"}"#,
                #"{"scope":7}"#,
                #"{"scope":null}"#, #"{"overflow":""}"#, #"{"overflow":true}"#, #"{"cpu":"0"}"#, #"{"filter":null}"#,
                #"{"filter":[]}"#,
                #"{"filter":"uid"}"#, #"{"filter":{"":1}}"#, #"{"filter":{"pid":[1]}}"#, #"{"filter":{"uid":[]}}"#,
                #"{"filter":{"uid":7}}"#, #"{"filter":{"uid":["7"]}}"#, #"{"filter":{"uid":[-1]}}"#,
                #"{"filter":{"uid":[4294967296]}}"#,
                #"{"filter":{"uid":[1.0]}}"#, #"{"filter":{"gid":[null]}}"#, #"{"filter":{"ppid":[[]]}}"#,
                #"{"filter":{"exit":"died"}}"#,
                #"{"filter":{"exit":0}}"#, #"{"filter":{"comm":7}}"#, #"{"filter":{"comm":[]}}"#,
                #"{"filter":{"comm":["a",7]}}"#,
                #"{"filter":{"comm":["a","["]}}"#,
                #"{"filter":{"comm":["","","","","","","","","","","","","","","","",""]}}"#,
                #"{"filter":{"comm":"["}}"#,
                #"{"filter":{"comm":"\\"}}"#,
                #"{"filter":{"comm":"[b-a]"}}"#, #"{"filter":{"min_elapsed_us":-1}}"#,
                #"{"filter":{"min_elapsed_us":1.5}}"#,
                "{\"filter\":{\"comm\":\"\(String(repeating: "*", count: 257))\"}}",
                "{\"filter\":{\"ppid\":[\((0...ProtocolLimits.filterIDs).map(String.init).joined(separator: ","))]}}",
            ].map { request("subscribe", $0) })
        + of(
            "lists of CPUs that are invalid on any machine", .refused(.invalidParams, id: id),
            [
                "", " ", ",", "x", "0-", "-1", "1-0", "0:1", "0-1:1", "0-1:0/0", "0-1:2/1", "0-1:1/4294967296", "0;1",
                "0x0", "al", "allx", "NN", "0\\u0000", "\\u0660", "0\\n-1", "0–1", "99999999,x", "n", "N-", "N-N:1/",
            ].map { request("subscribe", #"{"cpus":"\#($0)"}"#) })
        // Whether these are lists of the machine's CPUs depends on the machine.
        + [
            "99999999", "4294967296", "18446744073709551616", "0-99999999", "0-N:1/4294967296", "99999999-N",
        ].flatMap { cpus in
            of(
                "lists of CPUs that the machine does not have",
                .accepted(subscribe(cpuList: cpus), answer: .invalidParams),
                [request("subscribe", #"{"cpus":"\#(cpus)"}"#)])
        }

    static let huge =
        of(
            "lines of the longest length", .accepted(.status),
            [request("status"), request("status", "{}")].map { line in
                line.dropLast() + String(repeating: " ", count: ProtocolLimits.requestBytes - line.utf8.count) + "}"
            })
        + of(
            "lines that are too long", .refused(.invalidRequest),
            [1, 2, 49_153, 114_688, 183_616].map { ProtocolLimits.requestBytes + $0 }.map { length in
                request("status") + String(repeating: " ", count: length - request("status").utf8.count)
            } + [String(repeating: "\u{e9}", count: 40_000), String(repeating: "[", count: 70_000)])
        + of(
            "strings as long as a line", .refused(.invalidRequest),
            [
                "\"\(String(repeating: "x", count: ProtocolLimits.requestBytes - 2))\"",
                "\"\(String(repeating: "\\n", count: ProtocolLimits.requestBytes / 2 - 1))\"",
            ])
        + of(
            "digits as long as a line", .refused(.invalidRequest),
            [String(repeating: "9", count: ProtocolLimits.requestBytes)])
        + of("digits after a point", .refused(.invalidRequest), ["0." + String(repeating: "1", count: 8_000)])
        + of(
            "lists as long as allowed, and longer", .refused(.invalidRequest),
            [ProtocolLimits.requestCommas, ProtocolLimits.requestCommas + 1, 4_000].map {
                "[\(String(repeating: "0,", count: $0))0]"
            })
        + of(
            "keys as many as allowed, and more", .refused(.invalidRequest),
            [ProtocolLimits.requestKeys, ProtocolLimits.requestKeys + 1, 1_000].map { count in
                "{\((0..<count).map { "\"\($0)\":0" }.joined(separator: ","))}"
            })
        + of(
            "fields as many as fit", .accepted(.get(.pid(1), fields: FieldSet(group: .io))),
            [request("get", #"{"pid":1,"fields":[\#(String(repeating: "\"io\",", count: 440))"io"]}"#)])
        + of(
            "lists of CPUs as long as a line", .accepted(subscribe(cpuList: manyCPUs)),
            [request("subscribe", "{\"cpus\":\"\(manyCPUs)\"}")])

    private static let manyCPUs = String(repeating: "0-N:1/2,", count: ProtocolLimits.cpuListParts - 1) + "all"

    private static func subscribe(
        cpuList: String = "all", _ change: (inout Subscription) -> Void = { _ in }
    ) -> Request.Call {
        var subscription = Subscription()
        change(&subscription)
        return .subscribe(subscription, cpuList: cpuList)
    }
}
