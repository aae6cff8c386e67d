import CJansson
import TaskstatsModel

/// Decodes the line of a request, strictly: anything unknown, duplicated or of the wrong type is an error, found before
/// any action.
package enum RequestDecoder {
    /// A line that is not a valid request, with the id for the answer if one could be read.
    package struct Failure: Error, Hashable {
        /// The id of the answer; nil stands for null.
        package var id: RequestID?
        /// The error of the line.
        package var error: ProtocolError

        /// Creates a failure.
        package init(id: RequestID?, error: ProtocolError) {
            self.id = id
            self.error = error
        }
    }

    private static let keyNames = ["jsonrpc", "id", "method", "params"]

    /// Decodes one line, without its newline.
    package static func decode(_ line: UnsafeRawBufferPointer) throws(Failure) -> Request {
        let document = unsafe try parse(line)
        guard let entries = document.value.entries else {
            throw failure(.invalidRequest, "a request must be an object; batches are not supported")
        }
        guard let idValue = document.value["id"] else {
            throw failure(
                .invalidRequest, "missing id: it must be an integer within ±2^53 or a string of up to 128 bytes")
        }
        let id = try requestID(idValue)
        do throws(ProtocolError) {
            for (name, _) in entries where !keyNames.contains(name) {
                throw ProtocolError(.invalidRequest, "a request has no key '\(name)'")
            }
            guard document.value["jsonrpc"]?.string == "2.0" else {
                throw ProtocolError(.invalidRequest, "jsonrpc must be \"2.0\"")
            }
            guard let method = document.value["method"]?.string else {
                throw ProtocolError(.invalidRequest, "method must be a string")
            }
            return Request(id: id, call: try call(method, document.value["params"]))
        } catch {
            throw Failure(id: id, error: error)
        }
    }

    private static func parse(_ line: UnsafeRawBufferPointer) throws(Failure) -> JSONDocument {
        if let excess = unsafe RequestShape.excess(of: line) { throw Failure(id: nil, error: excess) }
        do throws(JSONDocument.ReadError) {
            return unsafe try JSONDocument(line)
        } catch {
            switch error {
            case .numberOutOfRange:
                throw Failure(
                    id: unsafe requestID(in: line), error: ProtocolError(.invalidRequest, "number out of range"))
            case .invalid(let text): throw failure(.parseError, "invalid JSON: \(text)")
            }
        }
    }

    /// Returns the id in a text that jansson refuses for one of its numbers; nil when it is that number, or cannot be
    /// read.
    private static func requestID(in line: UnsafeRawBufferPointer) -> RequestID? {
        var cursor = unsafe JSONCursor(line)
        var ids: [RequestID?] = []
        do throws(JSONCursor.Mismatch) {
            try unsafe cursor.object { (cursor, name) throws(JSONCursor.Mismatch) in
                let value = unsafe try cursor.skip()
                guard unsafe JSONEscapes.resolve(name) == "id" else { return }
                unsafe ids.append(try? requestID(JSONDocument(value).value))
            }
        } catch {
            return nil
        }
        guard cursor.peek() == nil, ids.count == 1 else { return nil }
        return ids[0]
    }

    private static func requestID(_ value: JSONValue) throws(Failure) -> RequestID {
        if let integer = value.integer, integer.magnitude <= ProtocolLimits.requestIDMagnitude.magnitude {
            return .integer(integer)
        }
        if let string = value.string, string.utf8.count <= ProtocolLimits.requestIDBytes { return .string(string) }
        throw failure(.invalidRequest, "id must be an integer within ±2^53 or a string of up to 128 bytes")
    }

    private static func call(_ method: String, _ params: JSONValue?) throws(ProtocolError) -> Request.Call {
        switch method {
        case "get": return try RequestParameters(params, allowed: RequestParameters.ofGet).get()
        case "subscribe": return try RequestParameters(params, allowed: RequestParameters.ofSubscribe).subscribe()
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
                "no method '\(method)'; known: get, subscribe, unsubscribe, status and describe")
        }
    }

    private static func failure(_ name: ProtocolError.Name, _ message: String) -> Failure {
        Failure(id: nil, error: ProtocolError(name, message))
    }
}
