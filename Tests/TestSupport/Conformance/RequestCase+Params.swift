import TaskstatsModel
import TaskstatsProtocol

/// What methods take.
extension RequestCase {
    static let targets =
        of(
            "tasks that are there", .accepted(.get(.pid(1), fields: .all)),
            [request("get", #"{"pid":1}"#), request("get", #"{ "\u0070id" : 1 }"#)])
        + of("processes that are there", .accepted(.get(.tgid(1), fields: .all)), [request("get", #"{"tgid":1}"#)])
        + of(
            "fields", .accepted(.get(.pid(1), fields: [.acComm, .nvcsw])),
            [
                request("get", #"{"pid":1,"fields":["ac_comm","nvcsw"]}"#),
                request("get", #"{"fields":["nvcsw","ac_comm","nvcsw","ac\u005fcomm"],"pid":1}"#),
            ])
        + of(
            "tasks that cannot be", .accepted(.get(.pid(2_147_483_647), fields: .all), answer: .noSuchTask),
            [request("get", #"{"pid":2147483647}"#)])
        + of(
            "targets that are none, or several", .refused(.invalidParams, id: id),
            [
                "{}", #"{"pid":1,"tgid":1}"#, #"{"pid":1,"cgroup":"/"}"#, #"{"pid":1,"tgid":1,"cgroup":"/"}"#,
                #"{"pid":0}"#,
                #"{"pid":-1}"#, #"{"pid":-0}"#, #"{"pid":2147483648}"#, #"{"pid":4294967297}"#,
                #"{"pid":9223372036854775807}"#,
                #"{"pid":1.0}"#, #"{"pid":1e0}"#, #"{"pid":"1"}"#, #"{"pid":[1]}"#, #"{"pid":null}"#, #"{"pid":true}"#,
                #"{"tgid":{}}"#, #"{"tgid":0}"#, #"{"Pid":1}"#, #"{"pid":1,"x":1}"#, #"{"pid":null,"tgid":1}"#,
                #"{"cgroup":""}"#, #"{"cgroup":"a"}"#, #"{"cgroup":7}"#, #"{"cgroup":"/a\u0000b"}"#,
                #"{"cgroup":"/","fields":["io"]}"#,
                "{\"cgroup\":\"/\(String(repeating: "x", count: 4_095))\"}",
            ].map { request("get", $0) })
        + of(
            "fields that there are not", .refused(.invalidParams, id: id),
            [
                "null", "[]", "{}", "7", "\"io\"", "[7]", "[null]", "[[\"io\"]]", "[\"\"]", "[\"IO\"]", "[\"io \"]",
                "[\"ac_pad\"]",
                "[\"io\",\"nope\"]", "[\"io\\u0000\"]", "[\"all\"]", "[\"*\"]",
            ].flatMap { [request("get", #"{"pid":1,"fields":\#($0)}"#), request("subscribe", #"{"fields":\#($0)}"#)] })

    static let subscriptions =
        of(
            "subscriptions", .accepted(.subscribe(subscription { _ in })),
            [
                request("subscribe"), request("subscribe", "{}"),
                request("subscribe", #"{"cpus":"all","scope":"task","overflow":"drop","filter":{}}"#),
            ])
        + of(
            "filters", .accepted(.subscribe(subscription { $0.filter.uids = [0, 4_294_967_295] })),
            [request("subscribe", #"{"filter":{"uid":[4294967295,0,-0,0]}}"#)])
        + of(
            "patterns", .accepted(.subscribe(subscription { $0.filter.command = GlobPattern("\u{0}[!a-z]\\*é") })),
            [request("subscribe", #"{"filter":{"comm":"\u0000[!a-z]\\*\u00e9"}}"#)])
        + of(
            "long times", .accepted(.subscribe(subscription { $0.filter.minElapsedMicroseconds = UInt64(Int64.max) })),
            [request("subscribe", #"{"filter":{"min_elapsed_us":9223372036854775807}}"#)])
        + of(
            "subscriptions that there are not", .refused(.invalidParams, id: id),
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
                #"{"filter":{"exit":0}}"#, #"{"filter":{"comm":7}}"#, #"{"filter":{"comm":"["}}"#,
                #"{"filter":{"comm":"\\"}}"#,
                #"{"filter":{"comm":"[b-a]"}}"#, #"{"filter":{"min_elapsed_us":-1}}"#,
                #"{"filter":{"min_elapsed_us":1.5}}"#,
                "{\"filter\":{\"comm\":\"\(String(repeating: "*", count: 257))\"}}",
                "{\"filter\":{\"ppid\":[\((0...1_024).map(String.init).joined(separator: ","))]}}",
            ].map { request("subscribe", $0) })
        // Read by whoever knows the machine.
        + [
            "", " ", ",", "x", "0-", "-1", "1-0", "0:1", "0-1:1", "0-1:0/0", "0-1:2/1", "0;1", "0x0", "99999999",
            "4294967296",
            "18446744073709551616", "0-99999999", "0-N:1/4294967296", "al", "allx", "NN", "0\\u0000", "\\u0660",
            "0\\n-1", "0–1",
        ].flatMap { cpus in
            of(
                "lists of CPUs that there are not",
                .accepted(
                    .subscribe(
                        subscription {
                            $0.cpus = cpus.replacing("\\u0000", with: "\u{0}").replacing("\\u0660", with: "\u{660}")
                                .replacing(
                                    "\\n", with: "\n")
                        }), answer: .invalidParams), [request("subscribe", #"{"cpus":"\#(cpus)"}"#)])
        }

    static let huge =
        of(
            "lines of the longest length", .accepted(.status),
            [request("status"), request("status", "{}")].map { line in
                line.dropLast() + String(repeating: " ", count: ProtocolLimits.requestBytes - line.utf8.count) + "}"
            })
        + of(
            "lines that are too long", .refused(.invalidRequest),
            [65_537, 65_538, 131_072, 200_000].map { length in
                request("status") + String(repeating: " ", count: length - request("status").utf8.count)
            } + [String(repeating: "\u{e9}", count: 40_000), String(repeating: "[", count: 70_000)])
        + of(
            "strings as long as a line", .refused(.invalidRequest),
            ["\"\(String(repeating: "x", count: 65_534))\"", "\"\(String(repeating: "\\n", count: 32_767))\""])
        + of("digits as long as a line", .refused(.invalidRequest), [String(repeating: "9", count: 65_536)])
        + of("digits behind a point", .refused(.invalidRequest), ["0." + String(repeating: "1", count: 60_000)])
        + of("lists as long as a line", .refused(.invalidRequest), ["[\(String(repeating: "0,", count: 32_000))0]"])
        + of(
            "names as many as fit", .refused(.invalidRequest),
            ["{\((0..<7_000).map { "\"\($0)\":0" }.joined(separator: ","))}"])
        + of(
            "fields as many as fit", .accepted(.get(.pid(1), fields: FieldSet(group: .io))),
            [request("get", #"{"pid":1,"fields":[\#(String(repeating: "\"io\",", count: 12_000))"io"]}"#)])
        + of(
            "lists of CPUs as long as a line", .accepted(.subscribe(subscription { $0.cpus = manyCPUs })),
            [request("subscribe", "{\"cpus\":\"\(manyCPUs)\"}")])

    private static let manyCPUs = String(repeating: "0-N:1/2,", count: 8_000) + "all"

    private static func subscription(_ change: (inout SubscribeParameters) -> Void) -> SubscribeParameters {
        var parameters = SubscribeParameters()
        change(&parameters)
        return parameters
    }
}
