import CJansson
import TaskstatsModel

/// A JSON text parsed by jansson; the only code that accesses jansson's pointers.
///
/// Values are accessed through ``JSONValue``, which keeps the document alive.
@safe final class JSONDocument {
    /// The reason why a text was refused.
    enum ReadError: Error {
        /// A number exceeds jansson's range.
        case numberOutOfRange
        /// Any other error, as described by jansson.
        case invalid(String)
    }

    fileprivate let root: UnsafeMutablePointer<json_t>

    /// Parses a text strictly: one value of any kind, no duplicate keys, valid UTF-8, `\u0000` allowed.
    init(_ text: UnsafeRawBufferPointer) throws(ReadError) {
        var error = json_error_t()
        let flags = Int(JSON_REJECT_DUPLICATES) | Int(JSON_DECODE_ANY) | Int(JSON_ALLOW_NUL)
        let start = unsafe text.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard let start = unsafe start, let root = unsafe json_loadb(start, text.count, flags, &error) else {
            if unsafe json_error_code(&error) == json_error_numeric_overflow { throw .numberOutOfRange }
            throw .invalid(Self.text(of: error))
        }
        unsafe self.root = root
    }

    deinit {
        unsafe json_decref(root)
    }

    /// The whole value.
    var value: JSONValue { unsafe JSONValue(document: self, json: root) }

    private static func text(of error: json_error_t) -> String {
        var error = error
        return unsafe withUnsafeBytes(of: &error.text) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// A value within a document.
@safe struct JSONValue {
    fileprivate let document: JSONDocument
    fileprivate let json: UnsafeMutablePointer<json_t>

    private var type: json_type { unsafe json.pointee.type }

    /// Whether it is an object.
    var isObject: Bool { type == JSON_OBJECT }

    /// The integer, if it is one.
    var integer: Int64? { type == JSON_INTEGER ? unsafe Int64(json_integer_value(json)) : nil }

    /// The boolean, if it is one.
    var bool: Bool? { type == JSON_TRUE ? true : type == JSON_FALSE ? false : nil }

    /// The string, if it is one.
    var string: String? {
        guard type == JSON_STRING, let start = unsafe json_string_value(json) else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: json_string_length(json))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    /// The elements, if it is an array.
    var elements: [JSONValue]? {
        guard type == JSON_ARRAY else { return nil }
        return unsafe (0..<json_array_size(json)).compactMap { index in
            guard let element = unsafe json_array_get(json, index) else { return nil }
            return unsafe JSONValue(document: document, json: element)
        }
    }

    /// The integers, if it is an array of only integers.
    var integers: [Int64]? {
        guard type == JSON_ARRAY else { return nil }
        var integers: [Int64] = []
        let count = unsafe json_array_size(json)
        integers.reserveCapacity(count)
        for index in 0..<count {
            guard let element = unsafe json_array_get(json, index), unsafe element.pointee.type == JSON_INTEGER else {
                return nil
            }
            unsafe integers.append(Int64(json_integer_value(element)))
        }
        return integers
    }

    /// The keys and values in the order of the text, if it is an object.
    var entries: [(name: String, value: JSONValue)]? {
        guard isObject else { return nil }
        var entries: [(String, JSONValue)] = []
        var iterator = unsafe json_object_iter(json)
        while let position = unsafe iterator {
            if let key = unsafe json_object_iter_key(position), let value = unsafe json_object_iter_value(position) {
                let bytes = unsafe UnsafeRawBufferPointer(start: key, count: json_object_iter_key_len(position))
                unsafe entries.append(
                    (String(decoding: bytes, as: UTF8.self), JSONValue(document: document, json: value)))
            }
            unsafe iterator = json_object_iter_next(json, position)
        }
        return entries
    }

    /// The value of a key, if it is an object with that key.
    subscript(name: String) -> JSONValue? {
        unsafe json_object_get(json, name).map { unsafe JSONValue(document: document, json: $0) }
    }
}
