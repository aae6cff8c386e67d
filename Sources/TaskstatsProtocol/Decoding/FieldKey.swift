import TaskstatsModel

/// The key of a field in JSON, with the preceding comma and the following colon, and the position of its value.
///
/// The encoder copies it and the reader compares it as a whole, so neither handles single characters.
struct FieldKey {
    /// The number of bytes reserved for each key.
    static let width = 32

    /// `,"name":`, followed by zeros.
    let text: SIMD32<UInt8>
    /// The length of the text.
    let length: Int
    /// The bytes that a reader ignores: the first one, which is a brace before an object's first key, and those after
    /// the end.
    let ignored: SIMDMask<SIMD32<Int8>>
    /// The offset of the value in the record.
    let offset: Int
    /// The representation of the value.
    let kind: FieldKind

    /// The keys by the raw values of their fields.
    static let table: [FieldKey] = Field.allCases.map(FieldKey.init)

    private init(_ field: Field) {
        let characters = Array(",\"\(field.name)\":".utf8)
        precondition(characters.count <= Self.width, "a member's name is too long for the table")
        var text = SIMD32<UInt8>(repeating: 0)
        var ignored = SIMDMask<SIMD32<Int8>>(repeating: true)
        for (index, character) in characters.enumerated() {
            text[index] = character
            ignored[index] = index == 0
        }
        self.text = text
        self.ignored = ignored
        length = characters.count
        offset = field.offset
        kind = field.kind
    }
}
