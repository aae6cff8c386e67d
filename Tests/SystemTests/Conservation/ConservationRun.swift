import Glibc
import LinuxSystem
import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

/// One seed: a daemon with random limits, clients that do as they like, storms of exits, and a witness of it all.
///
/// Everything happens in one thread, which takes what comes for the clients that read while it waits for something else.
/// Requests are made in the midst of storms as well: the witness is read before a request is sent and after its answer
/// has come, and what ended in between is the only thing of which it is not certain on which side it belongs.
final class ConservationRun {
    /// How much is to end.
    struct Size {
        /// Rounds of storms; more when so many tasks have not ended by then.
        var rounds = 10
        /// The least number of tasks that storms end.
        var exits = 0
        /// The most tasks of one storm.
        var tasksPerStorm = 1_500
    }

    /// What came of it.
    struct Outcome {
        var exits = 0
        var stormExits = 0
        var told = Audit.Totals()
        var problems: [String] = []

        static func += (left: inout Outcome, right: Outcome) {
            left.exits += right.exits
            left.stormExits += right.stormExits
            left.told += right.told
            left.problems += right.problems
        }
    }

    private static let clientLimit = 8
    private static let patienceMilliseconds: Int32 = 30_000

    private var random: SeededGenerator
    private let size: Size
    private let witness: Witness
    private let daemon: RunningDaemon
    private var clients: [StreamClient] = []
    private var departed: [StreamClient] = []
    private var watchers: [Watcher] = []
    private var storms: [Storm] = []
    private var otherRegistrations: [(cpu: Int, at: ClosedRange<Int>)] = []
    private var outcome = Outcome()

    init(seed: UInt64, size: Size) throws {
        random = SeededGenerator(seed: seed)
        self.size = size
        witness = try Witness()
        daemon = try RunningDaemon(Self.limits(&random))
    }

    /// Options of a daemon that has little room, in most cases less than the storms need.
    private static func limits(_ random: inout SeededGenerator) -> [String] {
        let receiveBuffer = [4_608, 16_384, 131_072, 1 << 20, 8 << 20].randomElement(using: &random) ?? 0
        let growth = [1, 1, 8, 1_024].randomElement(using: &random) ?? 1
        let queue = [65_536, 65_536, 262_144, 8 << 20].randomElement(using: &random) ?? 0
        let shared = [1, 2, 32].randomElement(using: &random) ?? 1
        return [
            "--receive-buffer", "\(receiveBuffer)", "--receive-buffer-max", "\(min(receiveBuffer * growth, 64 << 20))",
            "--queue-bytes", "\(queue)", "--queue-bytes-per-user", "\(queue * shared)",
            "--queue-bytes-in-all", "\(queue * shared)",
            // How long clients stall is the machine's affair.
            "--stall-timeout", "0",
        ]
    }

    /// Lets it all happen.
    func run() throws -> Outcome {
        var round = 0
        while round < size.rounds || outcome.stormExits < size.exits {
            round += 1
            for _ in 0..<Int.random(in: 1...4, using: &random) { try act() }
            try storm()
            for _ in 0..<Int.random(in: 0...2, using: &random) { try act() }
            // Pids come again: nobody may stay so long as to see one twice.
            if clients.count > Self.clientLimit / 2 { try leave(clients[0]) }
        }
        for client in clients { try leave(client) }
        for watcher in watchers { try end(watcher) }
        try expectNobodyLeft()
        #expect(try daemon.stop().status == 0)

        try witness.read()
        outcome.exits = witness.count
        let audit = Audit(witness.ended, departed, otherRegistrations: otherRegistrations)
        outcome.told = audit.totals
        outcome.problems += audit.problems
        return outcome
    }

    // MARK: Storms

    private func storm() throws {
        let positions = try witness.read()
        for cpu in 0..<Host.onlineCPUs {
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let tasks = Int.random(in: 1...size.tasksPerStorm, using: &random)
                storms.append(try Storm(cpu: cpu, begin: positions[cpu], seed: random.next(), tasks: tasks))
            }
        }
        var acts = Int.random(in: 0...4, using: &random)
        var nextAct = witness.count
        while !storms.isEmpty {
            let ready = try step(storms.map(\.descriptor) + (acts > 0 ? witness.descriptors : []))
            for storm in storms where ready.contains(storm.descriptor) { try finish(storm) }
            guard acts > 0 else { continue }
            try witness.read()
            if witness.count >= nextAct {
                try act()
                acts -= 1
                nextAct = witness.count + Int.random(in: 0...size.tasksPerStorm / 4, using: &random)
            }
        }
    }

    /// Waits for the end of a storm: what it says it ended, the witness must have seen there.
    private func finish(_ storm: Storm) throws {
        let ids = try storm.finish()
        storms.removeAll { $0 === storm }
        try witness.read()
        outcome.stormExits += ids.count
        var unseen: [UInt32: Int] = [:]
        for id in ids { unseen[id, default: 0] += 1 }
        for ended in witness.ended[storm.cpu][storm.begin...] { unseen[ended.pid]? -= 1 }
        let missed = unseen.filter { $0.value > 0 }.keys
        if !missed.isEmpty { outcome.problems.append("CPU \(storm.cpu): the witness missed \(missed.sorted())") }
    }

    // MARK: What clients do

    private func act() throws {
        let client = clients.randomElement(using: &random)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<30: try join()
        case 30..<45: client?.isReading = false
        case 45..<55: client?.isReading = true
        case 55..<70: if let client { try subscribe(client) }
        case 70..<78: if let client { try leave(client) }
        case 78..<82:
            if let client {
                try unsubscribe(client)
                try subscribe(client)
            }
        case 82..<90: if let client { cutOff(client) }
        case 90..<95: try watch()
        default: try pauseDaemon()
        }
    }

    private func join() throws {
        guard clients.count < Self.clientLimit else { return }
        // Most see everything: they are the ones who tell what the daemon had.
        let wish = random.chance(60) ? .everything : StreamClient.Wish.allCases.randomElement(using: &random)
        let client = try StreamClient(
            clients.count + departed.count, path: daemon.socket, wish: wish ?? .everything,
            overflow: random.chance(15) ? .disconnect : .drop, hasAllFields: random.chance(40))
        clients.append(client)
        try subscribe(client)
    }

    /// Subscribes, or replaces what was subscribed.
    private func subscribe(_ client: StreamClient) throws {
        let cpus = CPUSet((0..<Host.onlineCPUs).filter { _ in random.chance(60) })
        try change(client, to: cpus.isEmpty ? CPUSet(0..<Host.onlineCPUs) : cpus)
    }

    private func unsubscribe(_ client: StreamClient) throws { try change(client, to: CPUSet()) }

    private func change(_ client: StreamClient, to cpus: CPUSet) throws {
        guard client.isConnected else { return }
        let earliest = try witness.read()
        let id = cpus.isEmpty ? try client.send(.unsubscribe) : try client.subscribe(to: cpus)
        guard let reply = try answer(client, id) else { return }
        var latest = try witness.read()
        // A task's record reaches the daemon and the witness one after the other: of each CPU one may be on its way.
        if !storms.isEmpty { latest = latest.map { $0 + 1 } }
        client.changes[id] = StreamClient.Change(
            cpus: cpus, boundary: StreamClient.Boundary(earliest: earliest, latest: latest))
        if case .error(let error) = reply { outcome.problems.append("client \(client.number): refused: \(error)") }
    }

    /// Waits for an answer; nil when the daemon closed the connection instead.
    private func answer(_ client: StreamClient, _ id: Int64) throws -> ServerEvent.Reply? {
        client.isReading = true
        while client.answer(to: id) == nil {
            guard client.isConnected else { return nil }
            try step()
        }
        return client.answer(to: id)
    }

    /// Unsubscribes, and compares what the daemon counted with what it told.
    private func leave(_ client: StreamClient) throws {
        try unsubscribe(client)
        guard client.isConnected, let reply = try answer(client, client.send(.status)) else { return }
        guard case .status(let status) = reply else { throw TestFailure("\(reply) in place of counters") }
        let told = client.told
        let counted = status.connection
        if counted.delivered != told.delivered || counted.lostInQueue != told.lostInQueue
            || counted.lostInKernel != told.lostInKernel
        {
            outcome.problems.append("client \(client.number): told \(told), counted \(counted)")
        }
        depart(client)
    }

    /// Closes a connection, whatever there is in it to be read.
    private func cutOff(_ client: StreamClient) { depart(client) }

    private func depart(_ client: StreamClient) {
        client.close()
        clients.removeAll { $0 === client }
        departed.append(client)
    }

    // MARK: Others

    /// Starts a program that is to be killed, or kills one.
    private func watch() throws {
        if let watcher = watchers.first {
            try end(watcher)
        } else {
            watchers.append(try Watcher(daemon, positions: try witness.read()))
        }
    }

    private func end(_ watcher: Watcher) throws {
        try watcher.kill()
        watchers.removeAll { $0 === watcher }
        for (cpu, position) in try witness.read().enumerated() {
            otherRegistrations.append((cpu, watcher.positions[cpu]...position))
        }
    }

    /// Keeps the daemon from reading while tasks end.
    private func pauseDaemon() throws {
        let until = try witness.read().reduce(0, +) + Int.random(in: 1...size.tasksPerStorm, using: &random)
        kill(daemon.pid, SIGSTOP)
        defer { kill(daemon.pid, SIGCONT) }
        while !storms.isEmpty, witness.count < until {
            let ready = try step(storms.map(\.descriptor) + witness.descriptors)
            if storms.contains(where: { ready.contains($0.descriptor) }) { break }
            try witness.read()
        }
    }

    /// Waits until the daemon has seen everybody leave.
    private func expectNobodyLeft() throws {
        let observer = try daemon.connect()
        let clock = ContinuousClock()
        let deadline = clock.now + .milliseconds(Int(Self.patienceMilliseconds))
        while try observer.status().daemon?.registeredCPUs != "" {
            if clock.now > deadline { throw TestFailure("registrations are left behind") }
        }
    }

    // MARK: Waiting

    /// Waits until something can be read, takes what is for clients, and returns which of the others are ready.
    @discardableResult
    private func step(_ others: [Int32] = []) throws -> Set<Int32> {
        let reading = clients.compactMap { client in client.descriptor.map { (client, $0) } }
        var entries = (reading.map(\.1) + others).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let count = unsafe poll(&entries, nfds_t(entries.count), Self.patienceMilliseconds)
        guard count > 0 else { throw TestFailure("nothing happened for \(Self.patienceMilliseconds) ms") }
        for ((client, _), entry) in zip(reading, entries) where entry.revents != 0 {
            try client.receive()
            if !client.isConnected { depart(client) }
        }
        return Set(entries.dropFirst(reading.count).filter { $0.revents != 0 }.map(\.fd))
    }
}

extension ConservationRun.Outcome: CustomStringConvertible {
    var description: String {
        """
        \(exits) exits, \(stormExits) of them in storms; \(told.clients) clients were told of \(told.delivered) \
        delivered, \(told.lostInKernel) lost in the kernel, \(told.lostInQueue) lost in the queue: \
        \(problems.isEmpty ? "balanced" : "\(problems.count) PROBLEMS")
        """
    }
}

/// Why a test cannot go on.
struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A real program with a subscription that nobody reads from and that is killed.
private final class Watcher {
    /// What had ended on each CPU when it was started.
    let positions: [Int]
    private var child: ChildProcess?

    init(_ daemon: RunningDaemon, positions: [Int]) throws {
        self.positions = positions
        child = try Host.start([try ChildProcess.product("tsctl"), "watch", "--json", "--socket", daemon.socket])
    }

    deinit { try? kill() }

    func kill() throws {
        guard let child = child.take() else { return }
        child.send(signal: SIGKILL)
        _ = try child.finish()
    }
}
