import TaskstatsModel

/// A member's name as it stands in JSON, with the comma before and the colon behind, and where its value is.
///
/// The encoder copies it whole, the reader compares it whole: neither looks at single characters.
struct FieldKey {
    /// The room that every name has.
    static let width = 32

    /// `,"name":`, and zeros behind it.
    let text: SIMD32<UInt8>
    /// The length of the text.
    let length: Int
    /// Where a reader need not look: at the first byte, where an object's first member has a brace, and behind the end.
    let ignored: SIMDMask<SIMD32<Int8>>
    /// Where the value stands in the record.
    let offset: Int
    /// How the value is held and written.
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
