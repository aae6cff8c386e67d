import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsBroker

/// Clients that are cut off at random points and resume: every record is delivered to them once, or counted as lost.
@Suite struct ResumptionTests {
    @Test(arguments: 1...12)
    func `whatever happens between, every index is accounted for once`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var settings = BrokerSettings.sample()
        settings.limits.queueBytes = random.chance(50) ? 65_536 : 8 << 20
        let host = TestHost(settings)
        host.keepHistory(bytes: History.limits.lowerBound)
        var readers = (0..<3).map { _ in Reader(host, settings.instance) }
        var last: UInt64 = 0
        for _ in 0..<200 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let count = UInt32.random(in: 1...150, using: &random)
                host.end((1...count).map { EndedTask(cpu: Int($0 % 2), pid: $0) })
                last += UInt64(count)
            case 4:
                let count = UInt64.random(in: 1...20, using: &random)
                host.lose(count, cpu: 1)
                last += count
            case 5: host.replay()
            case 6: readers[Int.random(in: 0..<3, using: &random)].resume()
            case 7: readers[Int.random(in: 0..<3, using: &random)].isCutOff = true
            default:
                readers[Int.random(in: 0..<3, using: &random)].read(Int.random(in: 1...60_000, using: &random))
            }
        }
        for index in readers.indices {
            readers[index].resume()
            readers[index].readAll()
            #expect(readers[index].fault == nil)
            #expect(readers[index].accounted == last)
        }
    }

    /// A client that resumes after the last line that it has read.
    private struct Reader {
        private let host: TestHost
        private let instance: String
        private var client: TestClient?
        private var known = 0
        /// The index up to which every record is delivered or lost.
        private(set) var accounted: UInt64 = 0
        /// Losses that were reported without a later index.
        private var open: UInt64 = 0
        private(set) var fault: String?
        var isCutOff = false

        init(_ host: TestHost, _ instance: String) {
            self.host = host
            self.instance = instance
        }

        mutating func resume() {
            client?.leave()
            (client, known, open, isCutOff) = (try? host.connect(), 0, 0, false)
            client?.subscribe(since: .after(instance: instance, index: accounted))
        }

        mutating func readAll() {
            host.replay()
            while read(.max) > 0 { host.replay() }
        }

        @discardableResult mutating func read(_ limit: Int) -> Int {
            guard let client, !isCutOff else { return 0 }
            client.read(limit)
            let new = client.events[known...]
            known = client.events.count
            for event in new {
                switch event {
                case .exit(let record): take(1, record.index ?? 0)
                case .lost(let loss): take(loss.count ?? 0, loss.index ?? 0)
                default: break
                }
            }
            return new.count
        }

        private mutating func take(_ count: UInt64, _ index: UInt64) {
            open += count
            if index == accounted { return }
            if accounted + open != index { fault = fault ?? "\(open) records between \(accounted) and \(index)" }
            (accounted, open) = (index, 0)
        }
    }
}
