import Testing

@testable import TaskstatsBroker

@Suite struct TokenBucketTests {
    private let second: UInt64 = 1_000_000_000

    private func taken(from bucket: inout TokenBucket, at now: UInt64) -> Int {
        var taken = 0
        while bucket.take(at: now) { taken += 1 }
        return taken
    }

    @Test(arguments: [1, 3, 7, 100, 5_000, 1_000_000])
    func `the tokens of one second can be taken at once, and no more`(perSecond: Int) {
        for start in [0, 5 * second, 1 << 62] as [UInt64] {
            var bucket = TokenBucket(perSecond: perSecond)
            #expect(bucket.isFull(at: start))
            #expect(taken(from: &bucket, at: start) == perSecond)
            #expect(!bucket.hasToken(at: start))
            #expect(bucket.used(at: start) == perSecond)
        }
    }

    @Test(arguments: [1, 3, 100, 5_000])
    func `it fills evenly, and is full after a second`(perSecond: Int) {
        var bucket = TokenBucket(perSecond: perSecond)
        _ = taken(from: &bucket, at: second)
        let token = second / UInt64(perSecond)
        #expect(!bucket.hasToken(at: second + token - 1))
        #expect(taken(from: &bucket, at: second + token) == 1)
        #expect(!bucket.isFull(at: second + token))
        #expect(bucket.isFull(at: 3 * second))
        #expect(bucket.used(at: 3 * second) == 0)
        #expect(taken(from: &bucket, at: 100 * second) == perSecond)
    }

    @Test func `any sequence of requests takes no more than the rate plus the saved tokens`() {
        var bucket = TokenBucket(perSecond: 1_000)
        var taken = 0
        for microseconds in stride(from: 0, to: 10_000_000, by: 37) as StrideTo<UInt64> {
            if bucket.take(at: microseconds * 1_000) { taken += 1 }
        }
        #expect((10_990...11_000).contains(taken))
    }
}
