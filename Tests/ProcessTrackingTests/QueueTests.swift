import ProcessTracking
import Testing

@Suite struct QueueTests {
    @Test func `elements leave in the order in which they came, however both alternate`() {
        var queue = Queue<Int>()
        var (next, expected) = (0, 0)
        for step in 0..<1_000 {
            for _ in 0..<(step % 7) {
                queue.append(next)
                next += 1
            }
            for _ in 0..<(step % 5) where !queue.isEmpty {
                #expect(queue.first == expected)
                #expect(queue.popFirst() == expected)
                expected += 1
            }
            #expect(queue.count == next - expected)
            #expect(queue.last == (queue.isEmpty ? nil : next - 1))
        }
        while queue.popFirst() != nil { expected += 1 }
        #expect(expected == next)
    }
}
