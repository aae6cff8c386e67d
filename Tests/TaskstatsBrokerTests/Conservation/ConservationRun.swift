import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import TaskstatsBroker

/// A random run over one broker: clients join, leave, stall, read in part and subscribe again, while tasks end, the
/// kernel loses records, and limits are so small that queues overflow all the time.
final class ConservationRun {
    /// Counts of events in runs, which show that the runs cover them.
    struct Tally {
        var delivered: UInt64 = 0
        var lostInQueue: UInt64 = 0
        var lostInKernel: UInt64 = 0
        var redacted = 0
        var disconnected = 0
        var refusedRegistrations = 0
        var replaced = 0

        mutating func add(_ other: Tally) {
            delivered += other.delivered
            lostInQueue += other.lostInQueue
            lostInKernel += other.lostInKernel
            redacted += other.redacted
            disconnected += other.disconnected
            refusedRegistrations += other.refusedRegistrations
            replaced += other.replaced
        }
    }

    private static let cpus = 4
    private static let personas: [(peer: PeerIdentity, seesEverything: Bool)] = [
        (.root, true), (.user(1000), false), (.user(1000, gid: 5), false), (.user(1001), false),
        (.user(1001, groups: [BrokerSettings.privilegedGroup]), true),
        (.user(1002, gid: BrokerSettings.privilegedGroup), true),
    ]

    private(set) var tally = Tally()
    private let seed: UInt64
    private var random: SeededGenerator
    private let limits: BrokerLimits
    private let host: TestHost
    private var recorders: [ReferenceClient] = []
    private var lastPID: UInt32 = 0

    init(seed: UInt64) {
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        var limits = BrokerLimits()
        limits.queueBytes = Int.random(in: 1_000...12_000, using: &random)
        limits.queueBytesPerUID = limits.queueBytes * Int.random(in: 20...60, using: &random) / 10
        limits.queueBytesInAll = limits.queueBytes * Int.random(in: 30...120, using: &random) / 10
        limits.connectionsPerUID = 4
        limits.connectionsInAll = 8
        self.limits = limits
        self.random = random
        host = TestHost(.sample(cpus: Self.cpus, limits: limits))
    }

    func run(steps: Int) {
        for _ in 0..<5 { join() }
        for _ in 0..<steps {
            step()
            checkRegistrations()
        }
        finish()
    }

    private func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<6: join()
        case 6..<9: leave()
        case 9..<17: subscribe()
        case 17..<19: unsubscribe()
        case 19..<22: ask()
        case 22..<52: read()
        case 52..<62: loseInKernel()
        default: endTasks()
        }
    }

    // MARK: Clients

    private func join() {
        guard let persona = Self.personas.randomElement(using: &random) else { return }
        guard let client = try? host.connect(persona.peer) else { return }
        let isSlow = Int.random(in: 0..<3, using: &random) == 0
        let recorder = ReferenceClient(
            client, persona.peer, seesEverything: persona.seesEverything, isSlow: isSlow, seed: seed)
        recorders.append(recorder)
        // The daemon sends hello before it reads.
        recorder.read(.max)
        subscribe(recorder)
    }

    private func leave() {
        guard let recorder = recorders.randomElement(using: &random) else { return }
        part(with: recorder)
        recorder.client.leave()
    }

    private func part(with recorder: ReferenceClient) {
        tally.delivered += recorder.delivered
        tally.lostInQueue += recorder.lostInQueue
        tally.lostInKernel += recorder.lostInKernel
        tally.redacted += recorder.redacted
        recorders.removeAll { $0 === recorder }
    }

    private func subscribe() {
        if let recorder = recorders.randomElement(using: &random) { subscribe(recorder) }
    }

    private func subscribe(_ recorder: ReferenceClient) {
        let choice = SubscriptionChoice.random(cpus: Self.cpus, &random)
        let refused = Set((0..<Self.cpus).filter { _ in Int.random(in: 0..<10, using: &random) == 0 })
        let isRefused = !choice.cpus.subtracting(wantedCPUs).isDisjoint(with: refused)
        host.refusedCPUs = CPUSet(refused)
        defer { host.refusedCPUs = CPUSet() }
        guard let request = recorder.client.ask(.subscribe(choice.parameters)) else { return }
        recorder.asked(.answer(request, isError: isRefused))
        if isRefused {
            tally.refusedRegistrations += 1
        } else {
            if recorder.choice != nil { tally.replaced += 1 }
            recorder.choice = choice
        }
    }

    private func unsubscribe() {
        guard let recorder = recorders.randomElement(using: &random) else { return }
        guard let request = recorder.client.ask(.unsubscribe) else { return }
        recorder.asked(.answer(request, isError: false))
        recorder.choice = nil
    }

    /// Makes a client send another request, or an invalid line.
    private func ask() {
        guard let recorder = recorders.randomElement(using: &random) else { return }
        if Bool.random(using: &random) {
            // The answer to describe is longer than most queues of these runs.
            let isLong = Int.random(in: 0..<5, using: &random) == 0
            guard let request = recorder.client.ask(isLong ? .describe : .status) else { return }
            recorder.asked(.answer(request, isError: false))
        } else if host.wantsRequests(of: recorder.client.id) {
            recorder.client.say("{")
            recorder.asked(.refusal)
        }
    }

    private func read() {
        guard let recorder = recorders.randomElement(using: &random) else { return }
        if recorder.isSlow, Int.random(in: 0..<4, using: &random) > 0 { return }
        let limits = [1, 100, 1_000, 5_000, Int.max, Int.max]
        read(recorder, limits.randomElement(using: &random) ?? 1)
    }

    private func read(_ recorder: ReferenceClient, _ limit: Int) {
        recorder.read(limit)
        guard !host.isConnected(recorder.client.id) else { return }
        let isJustified =
            recorder.isClosed && recorder.choice?.disconnects == true && recorder.matched > recorder.delivered
        if !isJustified { Issue.record("seed \(seed), \(recorder.client.id): closed without a reason") }
        tally.disconnected += 1
        part(with: recorder)
    }

    // MARK: The kernel

    private func endTasks() {
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            lastPID += 1
            var task = EndedTask(cpu: Int.random(in: 0..<Self.cpus, using: &random), pid: lastPID)
            task.uid = [0, 1000, 1001].randomElement(using: &random) ?? 0
            task.isLast = Int.random(in: 0..<4, using: &random) > 0
            task.usedPrivilege = Int.random(in: 0..<4, using: &random) == 0
            task.exit = [.code(0), .code(3), .signal(9, coreDumped: false)].randomElement(using: &random) ?? .code(0)
            task.elapsedMicroseconds = UInt64.random(in: 0...1_000, using: &random)
            task.command = ["awk", "make"].randomElement(using: &random) ?? ""
            task.hasProcess = task.isLast && Bool.random(using: &random)
            end(task)
        }
    }

    private func end(_ task: EndedTask) {
        let before = waiting()
        guard let sequence = host.end(task) else { return }
        for recorder in recorders { recorder.ended(task, sequence: sequence) }
        checkLimits(before)
    }

    private func loseInKernel() {
        let (cpu, count) = (Int.random(in: 0..<Self.cpus, using: &random), UInt64.random(in: 1...100, using: &random))
        guard host.lose(count, cpu: cpu) else { return }
        for recorder in recorders { recorder.lostInKernel(count, cpu: cpu) }
    }

    // MARK: Checks

    private var wantedCPUs: Set<Int> { recorders.reduce(into: []) { $0.formUnion($1.choice?.cpus ?? []) } }

    private func checkRegistrations() {
        if Set(host.registered) != wantedCPUs {
            Issue.record("seed \(seed): registered are \(host.registered), subscribed are \(wantedCPUs.sorted())")
        }
    }

    /// Checks that exit lines stay within the limits; loss and closing lines may exceed them.
    private func checkLimits(_ before: [Waiting]) {
        let after = waiting()
        var (memory, perUser) = ([Bool: [Range<UInt>]](), [Principal: Int]())
        for (index, recorder) in recorders.enumerated() {
            let hasNewExit = after[index].delivered > before[index].delivered
            let queue = hasNewExit ? after[index] : before[index]
            memory[recorder.seesEverything, default: []] += queue.pieces
            perUser[recorder.principal, default: 0] += queue.bytes
        }
        for (index, recorder) in recorders.enumerated() where after[index].delivered > before[index].delivered {
            if after[index].bytes > limits.queueBytes
                || perUser[recorder.principal, default: 0] > limits.queueBytesPerUID
                || TestHost.length(of: memory[recorder.seesEverything] ?? [])
                    > limits.queueBytes(ofPrivileged: recorder.seesEverything)
            {
                Issue.record("seed \(seed), \(recorder.client.id): an exit exceeded a limit")
            }
        }
    }

    private typealias Waiting = (bytes: Int, pieces: [Range<UInt>], delivered: UInt64)

    /// The unsent bytes of each client, and its number of exits so far.
    private func waiting() -> [Waiting] {
        recorders.map { recorder in
            let id = recorder.client.id
            return (host.unsentBytes(of: id), host.addresses(of: id), host.delivered(to: id))
        }
    }

    /// Lets every client read the remaining lines, compares the counters, and disconnects all.
    private func finish() {
        for recorder in recorders { read(recorder, .max) }
        for recorder in recorders {
            recorder.checkEnd()
            guard let request = recorder.client.ask(.status) else {
                Issue.record("seed \(seed): a client that read everything is not read from")
                continue
            }
            recorder.asked(.answer(request, isError: false))
            recorder.read(.max)
            if case .status(let status) = recorder.client.answer(to: request) { recorder.check(status.connection) }
        }
        while let recorder = recorders.randomElement(using: &random) {
            part(with: recorder)
            recorder.client.leave()
            checkRegistrations()
        }
        if !host.isBalanced { Issue.record("seed \(seed): resources are held after all clients have left") }
    }
}
