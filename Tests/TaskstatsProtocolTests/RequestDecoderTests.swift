import TaskstatsModel
import Testing

@testable import TaskstatsProtocol

/// The envelope of a request; other suites test the parameters of methods.
@Suite struct RequestDecoderTests {
    private func refusal(_ line: String) -> ProtocolError.Name? { RequestDecoder.failure(line)?.error.name }

    private func status(id: String) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"status"}"# }

    // MARK: The shape of a request

    @Test func `keys may come in any order and with white space between them`() throws {
        let request = try RequestDecoder.decode(
            " { \"method\" :\t\"status\",\r \"params\":{ } , \"id\":7,\"jsonrpc\":\"2.0\"} ")
        #expect(request == Request(id: .integer(7), call: .status))
    }

    @Test(arguments: [
        "", " ", "{", "}", "nope", "{}x", "{} {}", "{\"a\":1,}", "{'a':1}", "[1", "\"open", "{\"a\" 1}", "\u{feff}{}",
        "01",
    ])
    func `anything but one JSON text is a ParseError without an id`(line: String) {
        let failure = RequestDecoder.failure(line)
        #expect(failure?.error.name == .parseError)
        #expect(failure?.error.name.code == -32700)
        #expect(failure?.id == nil)
    }

    @Test func `trailing garbage after a complete request is a ParseError`() {
        #expect(refusal(status(id: "1") + "x") == .parseError)
        #expect(refusal(status(id: "1") + status(id: "2")) == .parseError)
    }

    @Test(
        arguments: [
            [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are a ParseError`(bytes: [UInt8]) {
        let line = Array(#"{"jsonrpc":"2.0","id":""#.utf8) + bytes + Array(#"","method":"status"}"#.utf8)
        #expect(RequestDecoder.failure(line)?.error.name == .parseError)
    }

    @Test func `raw control bytes are a ParseError, inside and outside of strings`() {
        for byte in UInt8(0)..<0x20 {
            let text = String(Character(Unicode.Scalar(byte)))
            #expect(refusal(status(id: "\"a\(text)b\"")) == .parseError)
            guard ![0x09, 0x0a, 0x0d].contains(byte) else { continue }
            for line in [
                status(id: "1\(text)"), status(id: "\(text)1"), text + status(id: "1"), status(id: "1") + text,
            ] {
                #expect(refusal(line) == .parseError, "byte \(byte)")
            }
        }
    }

    @Test(arguments: [#"\ud800"#, #"\udc00"#, #"\ud800x"#, #"\ud800\u0041"#, #"\udc00\ud800"#])
    func `a lone surrogate is a ParseError`(escape: String) {
        #expect(refusal(status(id: "\"\(escape)\"")) == .parseError)
    }

    @Test(arguments: ["1", "\"x\"", "null", "true", "1.5", "[]", "[\(#"{"jsonrpc":"2.0","id":1,"method":"status"}"#)]"])
    func `anything but an object is an InvalidRequest, including batches`(line: String) {
        let failure = RequestDecoder.failure(line)
        #expect(failure?.error.name == .invalidRequest)
        #expect(failure?.error.name.code == -32600)
        #expect(failure?.id == nil)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":1,"method":"status","id":1}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"get","params":{"pid":1,"pid":1}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"filter":{"uid":[1],"uid":[1]}}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"status","\u0069d":1}"#,
    ])
    func `a duplicate key is a ParseError at every level`(line: String) {
        #expect(refusal(line) == .parseError)
    }

    @Test func `a NUL in a key is refused`() {
        #expect(refusal(#"{"jsonrpc":"2.0","id":1,"method":"status","id\u0000":1}"#) == .parseError)
    }

    @Test func `an unknown key of a request is an InvalidRequest under its id`() {
        let failure = RequestDecoder.failure(#"{"jsonrpc":"2.0","id":"q","method":"status","extra":1}"#)
        #expect(failure?.id == .string("q"))
        #expect(failure?.error.name == .invalidRequest)
        #expect(failure?.error.message.contains("'extra'") == true)
    }

    @Test(arguments: [
        #"{"id":1,"method":"status"}"#, #"{"jsonrpc":"1.0","id":1,"method":"status"}"#,
        #"{"jsonrpc":2.0,"id":1,"method":"status"}"#, #"{"jsonrpc":"2.0","id":1}"#,
        #"{"jsonrpc":"2.0","id":1,"method":7}"#, #"{"jsonrpc":"2.0","id":1,"method":null}"#,
    ])
    func `a wrong or missing version or method is an InvalidRequest under its id`(line: String) {
        let failure = RequestDecoder.failure(line)
        #expect(failure?.id == .integer(1))
        #expect(failure?.error.name == .invalidRequest)
    }

    @Test(arguments: ["", "Get", "get ", "rpc.discover", "get\\u0000", "K\u{212a}"])
    func `an unknown method is a MethodNotFound under its id`(method: String) {
        let failure = RequestDecoder.failure(#"{"jsonrpc":"2.0","id":9,"method":"\#(method)"}"#)
        #expect(failure?.id == .integer(9))
        #expect(failure?.error.name == .methodNotFound)
        #expect(failure?.error.name.code == -32601)
    }

    // MARK: The id

    @Test(arguments: [0, 1, -1, 1 << 53, -(1 << 53)] as [Int64])
    func `an integer within 53 bits is an id`(id: Int64) throws {
        #expect(try RequestDecoder.decode(status(id: "\(id)")).id == .integer(id))
    }

    @Test(arguments: [
        "9007199254740993", "-9007199254740993", "9223372036854775807", "-9223372036854775808", "1.0", "1e0", "0.5",
        "null", "true", "[]", "{}",
    ])
    func `anything else is an InvalidRequest without an id`(id: String) {
        let failure = RequestDecoder.failure(status(id: id))
        #expect(failure?.error.name == .invalidRequest)
        #expect(failure?.id == nil)
    }

    @Test func `a request without an id is an InvalidRequest`() {
        let failure = RequestDecoder.failure(#"{"jsonrpc":"2.0","method":"status"}"#)
        #expect(failure?.error.name == .invalidRequest)
        #expect(failure?.id == nil)
    }

    @Test func `a string of up to 128 bytes is an id, counted in UTF-8`() throws {
        for text in ["", "a", String(repeating: "x", count: 128), String(repeating: "é", count: 64)] {
            #expect(try RequestDecoder.decode(status(id: "\"\(text)\"")).id == .string(text))
        }
        for text in [String(repeating: "x", count: 129), String(repeating: "é", count: 64) + "x"] {
            #expect(refusal(status(id: "\"\(text)\"")) == .invalidRequest)
        }
    }

    @Test func `an id with a NUL or with escapes is returned unchanged`() throws {
        let request = try RequestDecoder.decode(status(id: #""a\u0000\u000a\ud83e\udd80\"""#))
        #expect(request.id == .string("a\u{0}\n🦀\""))
        let answer = ServerLine.unsubscribed(request.id)
        #expect(answer.line == #"{"jsonrpc":"2.0","id":"a\u0000\u000a\ud83e\udd80\"","result":{}}"#)
    }

    // MARK: Limits

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "18446744073709551615", "1e400", "-1e400",
        "1" + String(repeating: "0", count: 400),
    ])
    func `a number out of range is an InvalidRequest at any position`(number: String) {
        #expect(refusal(status(id: number)) == .invalidRequest)
        #expect(refusal(#"{"jsonrpc":"2.0","id":1,"method":"get","params":{"pid":\#(number)}}"#) == .invalidRequest)
    }

    @Test func `nesting of 16 levels is accepted and of 17 refused, before the text is parsed`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(refusal(nested(16)) == .invalidRequest)
        #expect(RequestDecoder.failure(nested(17))?.error == ProtocolError(.parseError, "nested deeper than 16 levels"))
        #expect(
            RequestDecoder.failure(String(repeating: "[", count: ProtocolLimits.requestBytes))?.error.message
                == "nested deeper than 16 levels")
        #expect(
            RequestDecoder.failure(String(repeating: #"{"a":"#, count: 17))?.error.message
                == "nested deeper than 16 levels")
        // Fifteen levels within the object of the request make sixteen.
        let wide = #"{"jsonrpc":"2.0","id":1,"method":"get","params":\#(nested(15))}"#
        #expect(refusal(wide) == .invalidParams)
    }

    @Test func `brackets within strings do not nest`() throws {
        let brackets = String(repeating: "[{", count: 60)
        #expect(try RequestDecoder.decode(status(id: "\"\(brackets)\"")).id == .string(brackets))
        let escaped = #"\"[[[[[[[[[[[[[[[[[[[[[\\"#
        #expect(try RequestDecoder.decode(status(id: "\"\(escaped)\"")).id == .string(#""[[[[[[[[[[[[[[[[[[[[[\"#))
        #expect(RequestShape.excess(of: #""\\""# + String(repeating: "[", count: 17)) != nil)
        #expect(RequestShape.excess(of: #""\\\""# + String(repeating: "[", count: 17)) == nil)
    }

    @Test func `too many keys or elements are refused before the text is parsed`() {
        func keys(_ count: Int) -> String { "{" + (0..<count).map { "\"k\($0)\":1" }.joined(separator: ",") + "}" }
        func elements(_ count: Int) -> String { "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]" }
        #expect(RequestShape.excess(of: keys(64)) == nil)
        #expect(RequestShape.excess(of: keys(65))?.message == "a request can have at most 64 keys")
        #expect(RequestShape.excess(of: elements(449)) == nil)
        #expect(RequestShape.excess(of: elements(450))?.message == "a request can have at most 448 commas")
        // The content of a string does not count.
        #expect(RequestShape.excess(of: "\"" + keys(65).filter { $0 != "\"" } + elements(706) + "\"") == nil)
    }

    @Test func `a line of the maximum length is accepted`() throws {
        let head = #"{"jsonrpc":"2.0","id":1,"method":"status""#
        let padding = String(repeating: " ", count: ProtocolLimits.requestBytes - head.utf8.count - 1)
        #expect(try RequestDecoder.decode(head + padding + "}").call == .status)
        let name = String(repeating: "m", count: ProtocolLimits.requestBytes - 45)
        #expect(refusal(#"{"jsonrpc":"2.0","id":1,"method":"\#(name)"}"#) == .methodNotFound)
    }
}
