import TaskstatsProtocol

/// Valid and invalid JSON.
extension RequestCase {
    private static let status = request("status")

    static let texts =
        of(
            "white space between the parts", .accepted(.status),
            [
                status, " \t\r \(status)\r\t ", status + "\r", status + "\r\r",
                "{ \"jsonrpc\" :\t\"2.0\" ,\r\"id\": 7 , \"method\":\"status\" }",
            ])
        + of(
            "no text, or more than one", .refused(.parseError),
            [
                "", " ", "\r", "\t\t", "{", "}", "[", "]", "{}{}", "{} {}", "{}]", status + status, status + "x",
                status + ",", status + " 1", "," + status, ";", "//" + status, "/**/" + status, status + "//", "#",
            ])
        + of(
            "almost JSON", .refused(.parseError),
            [
                "{'id':7}", "{id:7}", "{\"id\":7,}", "{,\"id\":7}", "{\"id\",7}", "{\"id\" 7}", "{\"id\"}", "{\"id\":}",
                "{\"id\"::7}", "{7:7}", "{null:7}", "[1,]", "[,1]", "[1 2]", "[1:2]", "[1", "1]", "(1)", "<a/>", "True",
                "TRUE", "nul", "nulll", "None", "undefined", "NaN", "Infinity", "-Infinity", "`1`", "truefalse",
                "tru\\u0065", "\u{2028}{}", "\u{a0}{}", "\u{3000}{}", "GET / HTTP/1.1", "\\u007b}",
            ])

    static let numbers =
        of(
            "numbers that are not JSON", .refused(.parseError),
            [
                "01", "-01", "00", "+1", "-", "--1", "1.", ".5", "-.5", "1.e1", "1e", "1e+", "1E-", "1e1.5", "0x10",
                "0b1",
                "1_000", "1,000", "1 000", "0e", "1a", "\u{ff11}", "\u{661}", "1e5e5", "-a", "- 1",
            ])
        + of(
            "numbers out of range", .refused(.invalidRequest),
            [
                "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "1e309",
                "-1e309", "1E+400", "123456789e301", "1" + String(repeating: "0", count: 400), "{\"a\":[1e999]}",
                #"{"jsonrpc":"2.0","id":99999999999999999999,"method":"status"}"#,
                #"{"id":9007199254740993,"params":{"pid":1e400}}"#, #"{"id":null,"x":1e400}"#, #"{"id":[7],"x":1e400}"#,
                #"{"params":{"id":7,"pid":1e400}}"#, #"[{"id":7},1e400]"#,
            ])
        + of(
            "numbers out of range in a request whose id can be read", .refused(.invalidRequest, id: id),
            [
                request("get", #"{"pid":9223372036854775808}"#), request("get", #"{"pid":1e400}"#),
                #"{"params":{"pid":1e400},"method":"get","id":7,"jsonrpc":"2.0"}"#,
                #"{"x":[{"}":"]\\\"}"}, -9223372036854775809 ],"\u0069d":7}"#, " {\"id\" :\t7 , \"x\":1e400 } ",
                #"{"x":1e400,"id":7}"#,
            ])
        + of(
            "numbers out of range in a request whose id is a string",
            .refused(.invalidRequest, id: .string("\u{e9}\"")),
            [#"{"x":1e400,"id":"\u00e9\""}"#])
        + of(
            "numbers in place of requests", .refused(.invalidRequest),
            [
                "0", "-0", "1", "-1", "9223372036854775807", "-9223372036854775808", "0.5", "1e2", "1E-400", "0e400",
                "1.5e+3",
            ])

    static let strings =
        of(
            "escapes", .accepted(.status),
            [
                #"{"jsonrpc":"2.0","id":7,"method":"\u0073tatus"}"#,
                #"{"\u006asonrpc":"2\u002E0","id":7,"method":"status"}"#,
                #"{"jsonrpc":"2.0","\u0069\u0064":7,"metho\u0064":"stat\u0075s"}"#,
            ])
        + of(
            "invalid escapes", .refused(.parseError),
            [
                #""\a""#, #""\0""#, #""\x41""#, #""\'""#, #""\U0041""#, #""\u""#, #""\u1""#, #""\u12""#, #""\u123""#,
                #""\u12g4""#, #""\u+123""#, #""\u 123""#, #""\u{41}""#, #""\"#, #""\""#, #""\\\""#, "\"\\\t\"",
                #"\"a""#,
            ])
        + of(
            "surrogates alone or in the wrong order", .refused(.parseError),
            [
                #""\ud800""#, #""\udbff""#, #""\udc00""#, #""\udfff""#, #""\ud800x""#, #""\ud800\n""#,
                #""\ud800\u0041""#,
                #""\ud800\ud800""#, #""\udc00\ud800""#, #""\ud83e\udd80\udd80""#, #""\ud800\\udc00""#,
                #""\ud800 \udc00""#,
            ])
        + of(
            "strings without an end", .refused(.parseError),
            ["\"", "\"a", "{\"id", "{\"id\":\"", "[\"a,1]", "\"a\"b\""])
        + of(
            "strings in place of requests", .refused(.invalidRequest),
            [#""""#, #""a""#, #""\ud83e\udd80""#, #""\u0000""#, #""\/\b\f\n\r\t\"\\""#, "\"\u{7f}\u{2028}\u{feff}🦀\""])

    static let bytes = illFormed + controlBytes + otherEncodings

    private static let illFormed = of(
        "invalid UTF-8", .refused(.parseError), bytes: illFormedSequences.flatMap { [within($0), $0] })

    private static let illFormedSequences: [[UInt8]] = [
        // Continuations without a start, starts without continuations, bytes that never occur.
        [0x80], [0xbf], [0xc3], [0xc3, 0x28], [0xe2, 0x82], [0xe2, 0x28, 0xa1], [0xf0, 0x9f, 0xa6], [0xfe], [0xff],
        [0xf0, 0x28, 0x8c, 0xbc], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80],
        // Overlong encodings of NUL, a slash and a quote.
        [0xc0, 0x80], [0xc0, 0xaf], [0xc1, 0xbf], [0xe0, 0x80, 0xaf], [0xe0, 0x9f, 0xbf], [0xf0, 0x80, 0x80, 0xaf],
        [0xf0, 0x8f, 0xbf, 0xbf], [0xc0, 0xa2],
        // Surrogates, also in pairs, and code points beyond the last one.
        [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xed, 0xa0, 0xbe, 0xed, 0xb6, 0x80], [0xf4, 0x90, 0x80, 0x80],
        [0xf5, 0x80, 0x80, 0x80],
    ]

    private static let controlBytes: [RequestCase] = (UInt8(0)..<0x20).filter { $0 != 0x0a }.flatMap { byte in
        var lines = [within([0x61, byte, 0x61])]
        if byte != 0x09, byte != 0x0d {
            let request = Array(status.utf8)
            lines += [[byte] + request, request + [byte], Array("{\"id\":7".utf8) + [byte] + Array("}".utf8)]
        }
        return of("control bytes as they are", .refused(.parseError), bytes: lines)
    }

    private static let otherEncodings: [RequestCase] = {
        let request = Array(status.utf8)
        let littleEndian: [UInt8] = request.flatMap { [$0, 0] }
        let bigEndian: [UInt8] = request.flatMap { [0, $0] }
        let everyByte = [UInt8](0...255).filter { $0 != 0x0a }
        return of(
            "byte order marks and other encodings", .refused(.parseError),
            bytes: [
                [0xef, 0xbb, 0xbf] + request, [0xff, 0xfe] + littleEndian, [0xfe, 0xff] + bigEndian, littleEndian,
                [0x1f, 0x8b, 0x08], everyByte,
            ])
    }()

    static let nesting =
        of("as deep as allowed", .refused(.invalidRequest), [16].flatMap(nests))
        + of("deeper than allowed", .refused(.parseError), [17, 18, 1_000, 4_000].flatMap(nests))
        + of(
            "deeper than allowed, without an end", .refused(.parseError),
            [
                String(repeating: "[", count: 17), String(repeating: "[", count: ProtocolLimits.requestBytes),
                String(repeating: "{\"a\":", count: 1_600), String(repeating: "[{\"a\":", count: 1_300),
            ])
        + of(
            "as deep as allowed within a request", .refused(.invalidParams, id: id),
            [request("get", #"{"pid":\#(nest(14))}"#), request("subscribe", #"{"filter":{"uid":\#(nest(13))}}"#)])
        + of("deeper than allowed within a request", .refused(.parseError), [request("get", #"{"pid":\#(nest(15))}"#)])
        + of(
            "brackets within strings", .refused(.invalidParams, id: id),
            [request("get", "\"\(String(repeating: "[{\\\"", count: 40))\"")])
        + of("brackets that do not match", .refused(.parseError), ["[}", "{]", "[[]", "[]]", "{\"a\":[}]", "[{]}"])

    private static func nest(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    private static func nests(_ depth: Int) -> [String] {
        let objects = String(repeating: "{\"\":", count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
        return [nest(depth)] + (objects.utf8.count <= ProtocolLimits.requestBytes ? [objects] : [])
    }
}
