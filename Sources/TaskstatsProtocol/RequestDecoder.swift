import CJansson
import TaskstatsModel

/// Reads the line of a request, strictly: whatever is unknown, doubled or of the wrong kind is an error, found before
/// anything is done.
package enum RequestDecoder {
    /// A line that is no request, with the id of the answer when one could be read.
    package struct Failure: Error, Hashable {
        /// The id to answer under; nil stands for null.
        package var id: RequestID?
        /// What is wrong.
        package var error: ProtocolError

        /// A failure.
        package init(id: RequestID?, error: ProtocolError) {
            self.id = id
            self.error = error
        }
    }

    private static let memberNames = ["jsonrpc", "id", "method", "params"]

    /// Reads one line, without its newline.
    package static func decode(_ line: UnsafeRawBufferPointer) throws(Failure) -> Request {
        let document = unsafe try parse(line)
        guard let members = document.value.members else {
            throw failure(.invalidRequest, "a request is an object; batches are not part of this protocol")
        }
        guard let idValue = document.value["id"] else {
            throw failure(
                .invalidRequest, "a request has an id: an integer within ±2^53 or a string of up to 128 bytes")
        }
        let id = try requestID(idValue)
        do throws(ProtocolError) {
            for (name, _) in members where !memberNames.contains(name) {
                throw ProtocolError(.invalidRequest, "a request has no member '\(name)'")
            }
            guard document.value["jsonrpc"]?.string == "2.0" else {
                throw ProtocolError(.invalidRequest, "the member jsonrpc must be \"2.0\"")
            }
            guard let method = document.value["method"]?.string else {
                throw ProtocolError(.invalidRequest, "a request names its method in a string")
            }
            return Request(id: id, call: try call(method, document.value["params"]))
        } catch {
            throw Failure(id: id, error: error)
        }
    }

    private static func parse(_ line: UnsafeRawBufferPointer) throws(Failure) -> JSONDocument {
        guard unsafe NestingDepth.isWithinLimit(line) else {
            throw failure(.parseError, "nested deeper than \(ProtocolLimits.requestDepth)")
        }
        // jansson passes over a NUL behind a number or a literal.
        guard unsafe !line.contains(0) else { throw failure(.parseError, "not a JSON text: it holds a NUL byte") }
        do throws(JSONDocument.ReadError) {
            return unsafe try JSONDocument(line)
        } catch {
            switch error {
            case .numberOutOfRange: throw failure(.invalidRequest, "a number is out of range")
            case .invalid(let text): throw failure(.parseError, "not a JSON text: \(text)")
            }
        }
    }

    private static func requestID(_ value: JSONValue) throws(Failure) -> RequestID {
        if let integer = value.integer, integer.magnitude <= ProtocolLimits.requestIDMagnitude.magnitude {
            return .integer(integer)
        }
        if let string = value.string, string.utf8.count <= ProtocolLimits.requestIDBytes { return .string(string) }
        throw failure(.invalidRequest, "the id must be an integer within ±2^53 or a string of up to 128 bytes")
    }

    private static func call(_ method: String, _ params: JSONValue?) throws(ProtocolError) -> Request.Call {
        switch method {
        case "get": return try RequestParameters(params, allowed: RequestParameters.ofGet).get()
        case "subscribe":
            return .subscribe(try RequestParameters(params, allowed: RequestParameters.ofSubscribe).subscribe())
        case "unsubscribe":
            _ = try RequestParameters(params, allowed: [])
            return .unsubscribe
        case "status":
            _ = try RequestParameters(params, allowed: [])
            return .status
        case "describe":
            _ = try RequestParameters(params, allowed: [])
            return .describe
        default:
            throw ProtocolError(
                .methodNotFound,
                "no method '\(method)'; there are get, subscribe, unsubscribe, status and describe")
        }
    }

    private static func failure(_ name: ProtocolError.Name, _ message: String) -> Failure {
        Failure(id: nil, error: ProtocolError(name, message))
    }
}

/// How deep a text nests, found before the text is read: jansson's own limit is far higher.
enum NestingDepth {
    /// Whether no bracket outside of strings stands deeper than the protocol allows.
    static func isWithinLimit(_ text: UnsafeRawBufferPointer) -> Bool {
        var depth = 0
        var inString = false
        var escaped = false
        for index in text.indices {
            let byte = unsafe text[index]
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > ProtocolLimits.requestDepth { return false }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        return true
    }
}
