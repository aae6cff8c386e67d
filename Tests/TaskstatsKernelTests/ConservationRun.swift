import Glibc
import LinuxSystem
import Netlink
import TaskstatsKernel
import TestSupport
import Testing

/// One run of random exits and drains, reproducible by its seed.
final class ConservationRun {
    /// Twenty seeds, or TASKSTATS_SEEDS of them, or only TASKSTATS_SEED.
    static let seeds: [UInt64] = {
        if unsafe getenv("TASKSTATS_SEED") != nil { return SeededGenerator.seeds }
        let count = unsafe getenv("TASKSTATS_SEEDS").flatMap { unsafe UInt64(String(cString: $0)) }
        return Array(1...max(count ?? 20, 1))
    }()

    let fakes: [FakeListener]
    private let seed: UInt64
    private let withFaults: Bool
    private let kernel: FakeKernel
    private var generator: SeededGenerator

    init(seed: UInt64, withFaults: Bool) throws {
        self.seed = seed
        self.withFaults = withFaults
        var generator = SeededGenerator(seed: seed)
        let kernel = FakeKernel(cpuCount: .random(in: 1...3, using: &generator))
        kernel.omitsVersionOfProcesses = .random(using: &generator)
        kernel.version = [8, 16, 17].randomElement(using: &generator) ?? 16
        for cpu in 0..<kernel.cpuCount { kernel.nextNumbers[cpu] = UInt32(truncatingIfNeeded: generator.next()) }
        var fakes: [FakeListener] = []
        for cpu in 0..<kernel.cpuCount {
            let bytes = [0, 4_608, 20_000, 200_000].randomElement(using: &generator) ?? 0
            fakes.append(
                try .registered(
                    kernel, cpu: cpu, receiveBufferBytes: bytes, drops: .max - .random(in: 0...500, using: &generator)))
        }
        self.kernel = kernel
        self.fakes = fakes
        self.generator = generator
    }

    func run() throws(NetlinkError) {
        kernel.meanwhile = { [unowned self] _ in
            // Tasks end in the middle of drains, too.
            if chance(1, of: 3) { storm(atMost: 20) }
        }
        for _ in 0..<300 {
            storm(atMost: chance(1, of: 10) ? 300 : 30)
            if withFaults { disturb() }
            let fake = fakes[below(fakes.count)]
            do throws(NetlinkError) {
                try fake.drain(budget: below(200))
            } catch {
                guard case .system = error else { throw error }
            }
        }
        kernel.meanwhile = nil
        for fake in fakes {
            fake.socket.failures = [:]
            while try fake.drain() == .more {}
        }
    }

    /// Checks that delivered and lost records add up to the produced ones, number by number.
    func checkSums() {
        for fake in fakes {
            let context: Comment = "seed \(seed), CPU \(fake.listener.cpu)"
            #expect(fake.listener.received + fake.listener.lost == fake.socket.produced, context)
            #expect(fake.listener.received == UInt64(fake.sink.records.count), context)
            var last: UInt64 = 0
            for event in fake.events {
                switch event {
                case .lost(let count): last += count
                case .exit(_, let sequence):
                    last += 1
                    guard sequence == last else {
                        Issue.record("number \(sequence) in the place of \(last), \(context)")
                        return
                    }
                }
            }
            #expect(last == fake.socket.produced, context)
        }
    }

    private func storm(atMost limit: Int) {
        let fake = fakes[below(fakes.count)]
        for _ in 0..<below(limit + 1) {
            let damage =
                withFaults && chance(1, of: 50) ? FakeKernel.Damage.allCases.randomElement(using: &generator) : nil
            let other = withFaults && chance(1, of: 100) ? below(kernel.cpuCount) : nil
            fake.exit(
                isThreaded: chance(1, of: 4), isLastThread: chance(1, of: 2), damage: damage, numberOf: other)
        }
    }

    private func disturb() {
        let fake = fakes[below(fakes.count)]
        switch below(5) {
        case 0: kernel.swapNumbers(on: fake.listener.cpu)
        case 1: fake.socket.failures[.receive] = SystemError("recvmmsg", errno: ENOMEM)
        case 2: fake.socket.failures[.drops] = SystemError("getsockopt SO_MEMINFO", errno: ENOBUFS)
        case 3: fake.socket.deliver([1, 2, 3], cost: 768, sender: 4_242)
        default: break
        }
    }

    private func below(_ limit: Int) -> Int { .random(in: 0..<limit, using: &generator) }
    private func chance(_ count: Int, of all: Int) -> Bool { below(all) < count }
}
