/// The chain of processes that determined the end: at any time the one for which all others waited.
///
/// It is walked back from the end. Of a process, the child that ended last before that point determined it; before that
/// child started, the process itself did, or an earlier child. So a wait for another process is not seen unless that is
/// a child, for example the jobs of another `make`.
struct CriticalPath {
    /// A part of the chain.
    struct Segment: Equatable {
        /// The place of the span.
        let span: Int
        let start: UInt64
        let end: UInt64

        var duration: UInt64 { end - start }
    }

    /// The segments, in the order of time, without gaps between the first and the last.
    let segments: [Segment]

    /// Finds the path of the span at the top that ended last.
    init(_ timeline: TraceTimeline) {
        let spans = timeline.spans
        var children = [[Int]](repeating: [], count: spans.count)
        var last: Int?
        for (index, span) in spans.enumerated() {
            if let parent = span.parent {
                children[parent].append(index)
            } else if last.map({ spans[$0].end < span.end }) ?? true {
                last = index
            }
        }
        for index in children.indices { children[index].sort { spans[$0].end < spans[$1].end } }
        var segments: [Segment] = []
        // The spans whose time before `end` is still to be explained.
        var open: [(span: Int, end: UInt64)] = last.map { [($0, spans[$0].end)] } ?? []
        while let (index, end) = open.popLast() {
            let start = spans[index].start
            // The ends of a span come in falling order, so a child that is too late stays so.
            var child: Int?
            while child == nil, let candidate = children[index].popLast() {
                if spans[candidate].end <= end, spans[candidate].duration > 0 { child = candidate }
            }
            guard let child, spans[child].end > start else {
                if end > start { segments.append(Segment(span: index, start: start, end: end)) }
                continue
            }
            if end > spans[child].end { segments.append(Segment(span: index, start: spans[child].end, end: end)) }
            if spans[child].start > start { open.append((index, spans[child].start)) }
            open.append((child, spans[child].end))
        }
        self.segments = segments.sorted { $0.start < $1.start }
    }
}
