import ArgumentParser

/// Ids of tasks or processes between commas, as ps takes them.
struct IDList: Equatable {
    let ids: [UInt32]

    /// Reads ids from 1 between commas or blanks.
    init(parsing text: String) throws(ValidationError) {
        var ids: [UInt32] = []
        for word in text.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\n" }) {
            guard let id = Int32(word), id >= 1 else {
                throw ValidationError("'\(word)' is no id: ids are integers from 1, with commas between them")
            }
            ids.append(UInt32(id))
        }
        guard !ids.isEmpty else { throw ValidationError("names no id") }
        self.ids = ids
    }
}

extension [IDList] {
    /// All of them, each once, in the order in which they were named.
    var ids: [UInt32] {
        var seen: Set<UInt32> = []
        return flatMap(\.ids).filter { seen.insert($0).inserted }
    }
}
