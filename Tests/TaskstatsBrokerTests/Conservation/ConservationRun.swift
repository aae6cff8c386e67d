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
    private var witnesses: [Witness] = []
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
        let witness = Witness(
            client, persona.peer, seesEverything: persona.seesEverything, isSlow: isSlow, seed: seed)
        witnesses.append(witness)
        // The daemon sends hello before it reads.
        witness.read(.max)
        subscribe(witness)
    }

    private func leave() {
        guard let witness = witnesses.randomElement(using: &random) else { return }
        part(with: witness)
        witness.client.leave()
    }

    private func part(with witness: Witness) {
        tally.delivered += witness.delivered
        tally.lostInQueue += witness.lostInQueue
        tally.lostInKernel += witness.lostInKernel
        tally.redacted += witness.redacted
        witnesses.removeAll { $0 === witness }
    }

    private func subscribe() {
        if let witness = witnesses.randomElement(using: &random) { subscribe(witness) }
    }

    private func subscribe(_ witness: Witness) {
        let wish = Wish.random(cpus: Self.cpus, &random)
        let refused = Set((0..<Self.cpus).filter { _ in Int.random(in: 0..<10, using: &random) == 0 })
        let isRefused = !wish.cpus.subtracting(wantedCPUs).isDisjoint(with: refused)
        host.refusedCPUs = CPUSet(refused)
        defer { host.refusedCPUs = CPUSet() }
        guard let request = witness.client.ask(.subscribe(wish.parameters)) else { return }
        witness.asked(.answer(request, isError: isRefused))
        if isRefused {
            tally.refusedRegistrations += 1
        } else {
            if witness.wish != nil { tally.replaced += 1 }
            witness.wish = wish
        }
    }

    private func unsubscribe() {
        guard let witness = witnesses.randomElement(using: &random) else { return }
        guard let request = witness.client.ask(.unsubscribe) else { return }
        witness.asked(.answer(request, isError: false))
        witness.wish = nil
    }

    /// Makes a client send another request, or an invalid line.
    private func ask() {
        guard let witness = witnesses.randomElement(using: &random) else { return }
        if Bool.random(using: &random) {
            // The answer to describe is longer than most queues of these runs.
            let isLong = Int.random(in: 0..<5, using: &random) == 0
            guard let request = witness.client.ask(isLong ? .describe : .status) else { return }
            witness.asked(.answer(request, isError: false))
        } else if host.wantsRequests(of: witness.client.id) {
            witness.client.say("{")
            witness.asked(.refusal)
        }
    }

    private func read() {
        guard let witness = witnesses.randomElement(using: &random) else { return }
        if witness.isSlow, Int.random(in: 0..<4, using: &random) > 0 { return }
        let limits = [1, 100, 1_000, 5_000, Int.max, Int.max]
        read(witness, limits.randomElement(using: &random) ?? 1)
    }

    private func read(_ witness: Witness, _ limit: Int) {
        witness.read(limit)
        guard !host.isConnected(witness.client.id) else { return }
        let isJustified = witness.isClosed && witness.wish?.disconnects == true && witness.matched > witness.delivered
        if !isJustified { Issue.record("seed \(seed), \(witness.client.id): closed without a reason") }
        tally.disconnected += 1
        part(with: witness)
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
        for witness in witnesses { witness.ended(task, sequence: sequence) }
        checkLimits(before)
    }

    private func loseInKernel() {
        let (cpu, count) = (Int.random(in: 0..<Self.cpus, using: &random), UInt64.random(in: 1...100, using: &random))
        guard host.lose(count, cpu: cpu) else { return }
        for witness in witnesses { witness.lostInKernel(count, cpu: cpu) }
    }

    // MARK: Checks

    private var wantedCPUs: Set<Int> { witnesses.reduce(into: []) { $0.formUnion($1.wish?.cpus ?? []) } }

    private func checkRegistrations() {
        if Set(host.registered) != wantedCPUs {
            Issue.record("seed \(seed): registered are \(host.registered), subscribed are \(wantedCPUs.sorted())")
        }
    }

    /// Checks that exit lines stay within the limits; loss and closing lines may exceed them.
    private func checkLimits(_ before: [Waiting]) {
        let after = waiting()
        var (memory, perUser) = ([Bool: [Range<UInt>]](), [Principal: Int]())
        for (index, witness) in witnesses.enumerated() {
            let hasNewExit = after[index].delivered > before[index].delivered
            let queue = hasNewExit ? after[index] : before[index]
            memory[witness.seesEverything, default: []] += queue.pieces
            perUser[witness.principal, default: 0] += queue.bytes
        }
        for (index, witness) in witnesses.enumerated() where after[index].delivered > before[index].delivered {
            if after[index].bytes > limits.queueBytes
                || perUser[witness.principal, default: 0] > limits.queueBytesPerUID
                || TestHost.length(of: memory[witness.seesEverything] ?? [])
                    > limits.queueBytes(ofPrivileged: witness.seesEverything)
            {
                Issue.record("seed \(seed), \(witness.client.id): an exit exceeded a limit")
            }
        }
    }

    private typealias Waiting = (bytes: Int, pieces: [Range<UInt>], delivered: UInt64)

    /// The unsent bytes of each client, and its number of exits so far.
    private func waiting() -> [Waiting] {
        witnesses.map { witness in
            let id = witness.client.id
            return (host.unsentBytes(of: id), host.addresses(of: id), host.delivered(to: id))
        }
    }

    /// Lets every client read the remaining lines, compares the counters, and disconnects all.
    private func finish() {
        for witness in witnesses { read(witness, .max) }
        for witness in witnesses {
            witness.checkEnd()
            guard let request = witness.client.ask(.status) else {
                Issue.record("seed \(seed): a client that read everything is not read from")
                continue
            }
            witness.asked(.answer(request, isError: false))
            witness.read(.max)
            if case .status(let status) = witness.client.answer(to: request) { witness.check(status.connection) }
        }
        while let witness = witnesses.randomElement(using: &random) {
            part(with: witness)
            witness.client.leave()
            checkRegistrations()
        }
        if !host.isBalanced { Issue.record("seed \(seed): resources are held after all clients have left") }
    }
}
