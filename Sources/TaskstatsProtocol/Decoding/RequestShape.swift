/// Structural limits of a request, checked in one pass before jansson allocates anything.
///
/// The cost of a request depends on its keys and elements far more than on its bytes: 6,500 keys take several
/// milliseconds. So both are counted first, and a text that exceeds a limit is refused at the cost of this pass.
/// Brackets, colons and commas count only outside of strings, as in any valid text; for an invalid one it does not
/// matter.
enum RequestShape {
    /// Returns the error of a text that exceeds a limit or contains a NUL byte, which jansson accepts after a number.
    static func excess(of text: UnsafeRawBufferPointer) -> ProtocolError? {
        var (depth, keys, commas) = (0, 0, 0)
        var inString = false
        var isEscaped = false
        for index in text.indices {
            let byte = unsafe text[index]
            if byte == 0 { return ProtocolError(.parseError, "invalid JSON: it contains a NUL byte") }
            if inString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > ProtocolLimits.requestDepth {
                    return ProtocolError(.parseError, "nested deeper than \(ProtocolLimits.requestDepth) levels")
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ":"): keys += 1
            case UInt8(ascii: ","): commas += 1
            default: break
            }
        }
        if keys > ProtocolLimits.requestKeys {
            return ProtocolError(.invalidRequest, "a request can have at most \(ProtocolLimits.requestKeys) keys")
        }
        if commas > ProtocolLimits.requestCommas {
            return ProtocolError(.invalidRequest, "a request can have at most \(ProtocolLimits.requestCommas) commas")
        }
        return nil
    }
}
