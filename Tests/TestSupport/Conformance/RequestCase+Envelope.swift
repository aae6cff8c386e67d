import TaskstatsProtocol

/// Lines that are valid or invalid requests, regardless of the method.
extension RequestCase {
    static let names =
        of(
            "duplicate names", .refused(.parseError),
            [
                #"{"jsonrpc":"2.0","jsonrpc":"2.0","id":7,"method":"status"}"#,
                #"{"jsonrpc":"2.0","id":7,"id":8,"method":"status"}"#, #"{"id":7,"\u0069d":7}"#,
                #"{"a":1,"b":2,"a":1}"#,
                #"{"":1,"":2}"#, #"{"é":1,"\u00e9":1}"#, #"[{"a":{"b":1,"b":1}}]"#, #"{"🦀":1,"\ud83e\udd80":1}"#,
                request("get", #"{"pid":1,"pid":1}"#), request("subscribe", #"{"filter":{"uid":[1],"uid":[1]}}"#),
            ])
        + of(
            "names that differ in their bytes", .refused(.invalidRequest),
            [#"{"é":1,"e\u0301":1}"#, #"{"a":1,"A":1}"#, #"{"a":1,"a ":1}"#])
        + of(
            "NUL in a name", .refused(.parseError),
            [#"{"\u0000":1}"#, #"{"id\u0000":7}"#, request("get", #"{"pid\u0000":1}"#), #"{"a":{"b\u0000c":1}}"#])
        + of(
            "unknown members", .refused(.invalidRequest, id: id),
            [
                "", "Id", "extra", "param", "jsonrpc ", "\\ud83e\\udd80", "__proto__",
                String(repeating: "x", count: ProtocolLimits.requestBytes - 100),
            ].map {
                #"{"jsonrpc":"2.0","id":7,"method":"status","\#($0)":null}"#
            })

    static let shapes =
        of(
            "not an object", .refused(.invalidRequest),
            [
                "null", "true", "false", "[]", "[[]]", "[null,1,\"a\",{}]", "[\(request("status"))]",
                "[\(request("status")),1]",
            ])
        + of(
            "no id", .refused(.invalidRequest),
            ["{}", #"{"jsonrpc":"2.0"}"#, #"{"jsonrpc":"2.0","method":"status"}"#, #"{"result":{}}"#, #"{"error":{}}"#])
        + of(
            "a wrong version or method", .refused(.invalidRequest, id: id),
            [
                #"{"id":7}"#, #"{"id":7,"method":"status"}"#, #"{"jsonrpc":"2.0","id":7}"#,
                #"{"jsonrpc":"2","id":7,"method":"status"}"#, #"{"jsonrpc":"1.0","id":7,"method":"status"}"#,
                #"{"jsonrpc":2.0,"id":7,"method":"status"}"#, #"{"jsonrpc":null,"id":7,"method":"status"}"#,
                #"{"jsonrpc":"2.0\u0000","id":7,"method":"status"}"#, #"{"jsonrpc":"2.0","id":7,"method":null}"#,
                #"{"jsonrpc":"2.0","id":7,"method":7}"#, #"{"jsonrpc":"2.0","id":7,"method":["status"]}"#,
                #"{"jsonrpc":"2.0","id":7,"result":{}}"#, #"{"jsonrpc":"2.0","id":7,"method":"status","result":{}}"#,
            ])

    static let ids =
        [
            ("0", .integer(0)), ("-0", .integer(0)), ("9007199254740992", .integer(1 << 53)),
            ("-9007199254740992", .integer(-(1 << 53))), (#""""#, .string("")), (#""7""#, .string("7")),
            (#""\u0000""#, .string("\u{0}")), (#""\ud83e\udd80""#, .string("🦀")),
            (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{c}\n\r\t")),
            ("\"\(String(repeating: "é", count: 64))\"", .string(String(repeating: "é", count: 64))),
            ("\"\u{7f}\u{2028}\u{202e}\"", .string("\u{7f}\u{2028}\u{202e}")),
        ].flatMap { (text: String, id: RequestID) in
            of(
                "ids are echoed", .refused(.methodNotFound, id: id),
                [#"{"jsonrpc":"2.0","id":\#(text),"method":"no"}"#, #"{"method":"no","id":\#(text),"jsonrpc":"2.0"}"#])
        }
        + of(
            "invalid ids", .refused(.invalidRequest),
            [
                "9007199254740993", "-9007199254740993", "9223372036854775807", "1.0", "1e0", "0.5", "-0.0", "null",
                "true",
                "[]", "[7]", "{}", #"{"id":7}"#, "\"\(String(repeating: "x", count: 129))\"",
                "\"\(String(repeating: "🦀", count: 32))x\"", "\"\(String(repeating: "\\u0000", count: 129))\"",
            ].map { #"{"jsonrpc":"2.0","id":\#($0),"method":"status"}"# })

    static let methods =
        of(
            "unknown methods", .refused(.methodNotFound, id: id),
            [
                "", " ", "Get", "GET", "get ", " get", "get\\u0000", "status\\n", "rpc.discover", "hello", "exit",
                "closing",
                "../get", "%s%n", "\\u202e", String(repeating: "m", count: ProtocolLimits.requestBytes - 100),
                String(repeating: "e\u{301}", count: ProtocolLimits.requestBytes / 3 - 100),
                String(repeating: "\u{1}", count: 0)
                    + String(repeating: "\\u0001", count: ProtocolLimits.requestBytes / 6 - 100),
            ].map { request($0) })
        + of("methods without params", .accepted(.unsubscribe), [request("unsubscribe"), request("unsubscribe", "{}")])
        + of("describe", .accepted(.describe), [request("describe"), request("describe", "{ }")])
        + of(
            "unknown params", .refused(.invalidParams, id: id),
            ["status", "describe", "unsubscribe"].flatMap { [request($0, #"{"x":1}"#), request($0, #"{"":null}"#)] })
        + of(
            "params that are not an object", .refused(.invalidParams, id: id),
            ["get", "subscribe", "unsubscribe", "status", "describe"].flatMap { method in
                ["null", "[]", "[1]", "1", "\"pid\"", "true", "{}".debugDescription].map { request(method, $0) }
            })
}
