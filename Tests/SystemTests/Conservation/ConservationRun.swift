import Glibc
import LinuxSystem
import TaskstatsModel
import TaskstatsProtocol
import TestSupport

/// One seed: a daemon, random clients, storms of exits, and a reference listener.
///
/// Everything happens in one thread, which reads for the clients while it waits for something else. Requests are also
/// made during storms: the reference listener is read before a request is sent and after its answer has come, and only
/// for tasks that ended in between is it uncertain on which side they belong.
final class ConservationRun {
    /// The number of tasks to end.
    struct Size {
        /// Rounds of storms; more if not enough tasks have ended by then.
        var rounds = 10
        /// The minimum number of tasks that storms end.
        var exits = 0
        /// The maximum number of tasks of one storm.
        var tasksPerStorm = 1_500
    }

    static let clientLimit = 8
    static let timeoutMilliseconds: Int32 = 30_000

    var random: SeededGenerator
    let size: Size
    let recorder: ReferenceRecorder
    let daemon: RunningDaemon
    /// Whether the daemon may refuse requests and cut clients off, because system calls are made to fail.
    let allowsRefusals: Bool
    var clients: [StreamClient] = []
    var departed: [StreamClient] = []
    var watchers: [Watcher] = []
    var storms: [Storm] = []
    var otherRegistrations: [(cpu: Int, at: ClosedRange<Int>)] = []
    var outcome = Outcome()

    /// The daemon must have no subscriptions at the beginning.
    init(seed: UInt64, size: Size, daemon: RunningDaemon, allowsRefusals: Bool = false) throws {
        random = SeededGenerator(seed: seed)
        self.size = size
        self.daemon = daemon
        self.allowsRefusals = allowsRefusals
        recorder = try ReferenceRecorder()
    }

    /// Options for a daemon with little room, usually less than the storms need.
    static func limits(seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        let receiveBuffer = [4_608, 16_384, 131_072, 1 << 20, 8 << 20].randomElement(using: &random) ?? 0
        let growth = [1, 1, 8, 1_024].randomElement(using: &random) ?? 1
        let queue = [65_536, 65_536, 262_144, 8 << 20].randomElement(using: &random) ?? 0
        let shared = [1, 2, 32].randomElement(using: &random) ?? 1
        return [
            "--receive-buffer", "\(receiveBuffer)", "--receive-buffer-max", "\(min(receiveBuffer * growth, 64 << 20))",
            "--queue-bytes", "\(queue)", "--queue-bytes-per-user", "\(queue * shared)",
            "--queue-bytes-in-all", "\(queue * shared)",
            // The duration of stalls depends on the machine.
            "--stall-timeout", "0",
        ]
    }

    /// Runs the test and returns the results.
    func run() throws -> Outcome {
        try begin()
        return try end()
    }

    /// Lets clients come and tasks end until the last client has left.
    func begin() throws {
        var round = 0
        while round < size.rounds || outcome.stormExits < size.exits {
            round += 1
            for _ in 0..<Int.random(in: 1...4, using: &random) { try act() }
            try storm()
            for _ in 0..<Int.random(in: 0...2, using: &random) { try act() }
            // Pids repeat: no client may stay long enough to see one twice.
            if clients.count > Self.clientLimit / 2 { try leave(clients[0]) }
        }
        for client in clients { try leave(client) }
        for watcher in watchers { try end(watcher) }
    }

    /// Compares the clients' lines with the ended tasks.
    func end() throws -> Outcome {
        try expectNobodyLeft()
        try recorder.read()
        outcome.exits = recorder.count
        let audit = Audit(
            recorder.ended, departed, otherRegistrations: otherRegistrations, allowsClosing: allowsRefusals)
        outcome.told = audit.totals
        outcome.problems += audit.problems
        return outcome
    }

    // MARK: Storms

    private func storm() throws {
        let positions = try recorder.read()
        for cpu in 0..<Host.onlineCPUs {
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let tasks = Int.random(in: 1...size.tasksPerStorm, using: &random)
                storms.append(try Storm(cpu: cpu, begin: positions[cpu], seed: random.next(), tasks: tasks))
            }
        }
        var acts = Int.random(in: 0...4, using: &random)
        var nextAct = recorder.count
        while !storms.isEmpty {
            let ready = try step(storms.map(\.descriptor) + (acts > 0 ? recorder.descriptors : []))
            for storm in storms where ready.contains(storm.descriptor) { try finish(storm) }
            guard acts > 0 else { continue }
            try recorder.read()
            if recorder.count >= nextAct {
                try act()
                acts -= 1
                nextAct = recorder.count + Int.random(in: 0...size.tasksPerStorm / 4, using: &random)
            }
        }
    }

    /// Waits for the end of a storm, whose tasks the reference listener must have seen.
    private func finish(_ storm: Storm) throws {
        let ids = try storm.finish()
        storms.removeAll { $0 === storm }
        try recorder.read()
        outcome.stormExits += ids.count
        var unseen: [UInt32: Int] = [:]
        for id in ids { unseen[id, default: 0] += 1 }
        for ended in recorder.ended[storm.cpu][storm.begin...] { unseen[ended.pid]? -= 1 }
        let missed = unseen.filter { $0.value > 0 }.keys
        if !missed.isEmpty { outcome.problems.append("CPU \(storm.cpu): the listener missed \(missed.sorted())") }
    }

    // MARK: Waiting

    /// Waits until something can be read, reads the clients' data, and returns which of the others are ready.
    @discardableResult
    func step(_ others: [Int32] = []) throws -> Set<Int32> {
        let reading = clients.compactMap { client in client.descriptor.map { (client, $0) } }
        var entries = (reading.map(\.1) + others).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let count = unsafe poll(&entries, nfds_t(entries.count), Self.timeoutMilliseconds)
        guard count > 0 else { throw TestFailure("nothing happened for \(Self.timeoutMilliseconds) ms") }
        for ((client, _), entry) in zip(reading, entries) where entry.revents != 0 {
            try client.receive()
            if !client.isConnected { depart(client) }
        }
        return Set(entries.dropFirst(reading.count).filter { $0.revents != 0 }.map(\.fd))
    }
}
