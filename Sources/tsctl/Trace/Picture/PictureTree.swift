/// The spans of a timeline by parent, for repeated folding.
struct PictureTree {
    private let timeline: TraceTimeline
    /// The children of all spans, one after the other, and where those of each begin; the last place has the top.
    private let children: [Int]
    private let offsets: [Int]
    /// The number of the name of each span.
    private let nameOfSpan: [Int]
    private let names: [String]

    /// Sorts the spans of a timeline by their parents.
    init(_ timeline: TraceTimeline) {
        let spans = timeline.spans
        let top = spans.count
        var offsets = [Int](repeating: 0, count: top + 2)
        for span in spans { offsets[(span.parent ?? top) + 1] += 1 }
        for index in 1..<offsets.count { offsets[index] += offsets[index - 1] }
        var next = offsets
        var children = [Int](repeating: 0, count: top)
        var numbers: [[UInt8]: Int] = [:]
        var names: [String] = []
        var nameOfSpan: [Int] = []
        nameOfSpan.reserveCapacity(top)
        for (index, span) in spans.enumerated() {
            let parent = span.parent ?? top
            children[next[parent]] = index
            next[parent] += 1
            let number = numbers[span.details.command] ?? names.count
            if number == names.count {
                numbers[span.details.command] = number
                names.append(span.name)
            }
            nameOfSpan.append(number)
        }
        self.timeline = timeline
        self.children = children
        self.offsets = offsets
        self.nameOfSpan = nameOfSpan
        self.names = names
    }

    /// Spans that become a row.
    struct Group {
        var spans: [Int]
        let depth: Int
        let parent: Int?
    }

    /// What spans of one row have in common.
    private struct Key: Hashable {
        let name: Int
        let isFailure: Bool
    }

    /// Returns the groups that become rows for this limit of lifetimes; nil if they do not fit.
    func plan(threshold: UInt64, mixesNames: Bool, limit: Int) -> [Group]? {
        var planned: [Group] = []
        var open = Array(groups(below: [timeline.spans.count], threshold, mixesNames, depth: 0, parent: nil).reversed())
        while let group = open.popLast() {
            planned.append(group)
            if planned.count + open.count > limit { return nil }
            let row = planned.count - 1
            let below = groups(below: group.spans, threshold, mixesNames, depth: group.depth + 1, parent: row)
            open.append(contentsOf: below.reversed())
        }
        return planned
    }

    /// Returns the rows of groups.
    func rows(_ plan: [Group]) -> [PictureRow] {
        plan.map { PictureRow($0.spans, of: timeline, parent: $0.parent, depth: $0.depth, name: name($0.spans)) }
    }

    private func name(_ spans: [Int]) -> String {
        var numbers: Set<Int> = []
        for span in spans where numbers.count < 1_000 { numbers.insert(nameOfSpan[span]) }
        guard let first = spans.first else { return "" }
        return numbers.count == 1 ? names[nameOfSpan[first]] : "\(names[nameOfSpan[first]]) and others"
    }

    /// Groups the children of spans, in the order of their first start.
    private func groups(
        below parents: [Int], _ threshold: UInt64, _ mixesNames: Bool, depth: Int, parent: Int?
    ) -> [Group] {
        if depth > PictureRows.depthLimit { return [] }
        if depth == PictureRows.depthLimit { return deepest(below: parents, parent: parent) }
        var groups: [Group] = []
        var places: [Key: Int] = [:]
        for owner in parents {
            for child in children[offsets[owner]..<offsets[owner + 1]] {
                let span = timeline.spans[child]
                guard span.duration < threshold else {
                    groups.append(Group(spans: [child], depth: depth, parent: parent))
                    continue
                }
                let key =
                    mixesNames
                    ? Key(name: 0, isFailure: false) : Key(name: nameOfSpan[child], isFailure: span.isFailure)
                if let place = places[key] {
                    groups[place].spans.append(child)
                } else {
                    places[key] = groups.count
                    groups.append(Group(spans: [child], depth: depth, parent: parent))
                }
            }
        }
        // The children of one parent are in order already.
        guard parents.count > 1 else { return groups }
        let starts = groups.map { group in group.spans.map { (timeline.spans[$0].start, $0) }.min { $0 < $1 } ?? (0, 0)
        }
        return groups.indices.sorted { starts[$0] < starts[$1] }.map { groups[$0] }
    }

    /// Returns all descendants of spans as one group.
    private func deepest(below parents: [Int], parent: Int?) -> [Group] {
        var found: [Int] = []
        var open = parents
        while let owner = open.popLast() {
            let own = children[offsets[owner]..<offsets[owner + 1]]
            found.append(contentsOf: own)
            open.append(contentsOf: own)
        }
        return found.isEmpty ? [] : [Group(spans: found.sorted(), depth: PictureRows.depthLimit, parent: parent)]
    }
}
