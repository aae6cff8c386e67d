import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// A client of a random run, with all lines that it should receive.
///
/// Matching exits and answers to its requests are in one list, in order of their occurrence. Reading walks along that
/// list: an exit must be the next entry, a queue loss skips its number of exits, an answer must be the next entry. So
/// every loss must be at the position of the gap, and its count must be exact.
final class ReferenceClient {
    enum Entry {
        case exit(EndedTask, sequence: UInt64, SubscriptionChoice)
        case answer(Int64, isError: Bool)
        case refusal
    }

    let client: TestClient
    let seesEverything: Bool
    let uid: UInt32
    var principal: Principal { Principal(isPrivileged: seesEverything, uid: uid) }
    /// Whether it reads rarely.
    let isSlow: Bool
    var choice: SubscriptionChoice?
    private(set) var entries: [Entry] = []
    private(set) var position = 0
    private(set) var isClosed = false
    private(set) var delivered: UInt64 = 0
    private(set) var lostInQueue: UInt64 = 0
    private(set) var redacted = 0
    /// Losses in the kernel during its subscription, by CPU, with their position in the list.
    private var kernelLosses: [Int: [(position: Int, count: UInt64)]] = [:]
    private var reportedKernelLosses: [Int: UInt64] = [:]
    private let seed: UInt64
    private var hasHello = false

    init(_ client: TestClient, _ peer: PeerIdentity, seesEverything: Bool, isSlow: Bool, seed: UInt64) {
        self.client = client
        self.seesEverything = seesEverything
        self.isSlow = isSlow
        self.seed = seed
        uid = peer.uid
    }

    // MARK: Events

    func ended(_ task: EndedTask, sequence: UInt64) {
        guard let choice, choice.wants(task, asOnly: seesEverything ? nil : uid) else { return }
        entries.append(.exit(task, sequence: sequence, choice))
    }

    func lostInKernel(_ count: UInt64, cpu: Int) {
        guard let choice, choice.cpus.contains(cpu) else { return }
        kernelLosses[cpu, default: []].append((entries.count, count))
    }

    func asked(_ entry: Entry) { entries.append(entry) }

    var matched: UInt64 { UInt64(entries.count { if case .exit = $0 { true } else { false } }) }

    var lostInKernel: UInt64 { kernelLosses.values.joined().reduce(0) { $0 + $1.count } }

    // MARK: Received lines

    /// The index of the last line that has one.
    private var index: UInt64 = 0

    /// Reads up to `limit` bytes and compares the lines.
    func read(_ limit: Int) {
        let known = client.events.count
        client.read(limit)
        for event in client.events[known...] { hear(event) }
    }

    private func hear(_ event: ServerEvent) {
        expect(!isClosed, "a line after the last one")
        expect(hasHello, "a line before hello", unless: { if case .hello = event { true } else { false } }())
        switch event {
        case .hello: hasHello = true
        case .exit(let exit): hear(exit)
        case .lost(let loss):
            expect((loss.index ?? 0) >= index, "a loss at index \(loss.index ?? 0) after \(index)")
            index = loss.index ?? 0
            let count = loss.count ?? 0
            switch loss.place {
            case .queue: stepOver(count)
            case .kernel(let cpu): reportedKernelLosses[cpu, default: 0] += count
            case .starts, .history: fail("a loss that nobody requested")
            }
        case .reply(let id, let reply):
            for cpu in kernelLosses.keys { checkKernelLosses(cpu) }
            guard case .answer(let expected, let isError) = next() else { return fail("an answer out of turn") }
            expect(id == expected, "answer \(id) instead of \(expected)")
            expect({ if case .error = reply { true } else { false } }() == isError, "another answer to \(id)")
        case .refusal:
            guard case .refusal = next() else { return fail("a refusal out of turn") }
        case .closing:
            isClosed = true
        case .start, .live, .unknown:
            fail("an unexpected line")
        }
    }

    private func hear(_ exit: ExitRecord) {
        expect((exit.index ?? 0) > index, "an exit with index \(exit.index ?? 0) after \(index)")
        index = exit.index ?? 0
        checkKernelLosses(exit.cpu)
        guard case .exit(let task, let sequence, let choice) = next() else { return fail("an exit out of turn") }
        let isHidden = !seesEverything
        let record = exit
        expect(record.pid == task.pid, "exit of \(record.pid) instead of \(task.pid)")
        expect(record.cpu == task.cpu && record.sequence == sequence, "\(task.pid) has another CPU or sequence")
        expect(record.isLast == task.isLast && record.exit == task.exit, "\(task.pid) ended otherwise")
        expect((record.process != nil) == task.hasProcess, "\(task.pid): the process's sums")
        expect(exit.redacted == (isHidden ? [.io] : []), "\(task.pid): what is withheld")
        let readBytes = choice.fields.contains(.readBytes) && !isHidden ? task.readBytes : nil
        expect(record.task[.readBytes] == readBytes, "\(task.pid): io")
        expect(record.task[.acUid] == (choice.fields.contains(.acUid) ? UInt64(task.uid) : nil), "\(task.pid): uid")
        delivered += 1
        if isHidden { redacted += 1 }
    }

    private func stepOver(_ count: UInt64) {
        expect(count > 0, "a loss of nothing")
        lostInQueue += count
        for _ in 0..<count {
            guard case .exit(_, _, let choice) = next() else { return fail("more losses than there were") }
            expect(!choice.disconnects, "a record was dropped that should have ended the connection")
        }
    }

    private func next() -> Entry? {
        guard position < entries.count else { return nil }
        defer { position += 1 }
        return entries[position]
    }

    /// Checks that before a line of a CPU all earlier kernel losses of it were reported, and no later ones.
    private func checkKernelLosses(_ cpu: Int) {
        let happened = kernelLosses[cpu, default: []].reduce(0) { $1.position <= position ? $0 + $1.count : $0 }
        let told = reportedKernelLosses[cpu, default: 0]
        expect(told == happened, "\(told) losses of CPU \(cpu) were reported at a line that \(happened) precede")
    }

    // MARK: The end

    /// Checks that the whole list is accounted for after everything was read.
    func checkEnd() {
        guard !isClosed else { return }
        expect(position == entries.count, "nothing was said of \(entries.count - position) entries")
        for cpu in kernelLosses.keys { checkKernelLosses(cpu) }
        expect(delivered + lostInQueue == matched, "\(delivered) + \(lostInQueue) is not \(matched)")
    }

    /// Checks that the broker's counters agree.
    func check(_ counters: DaemonStatus.Connection) {
        expect(counters.delivered == delivered, "the counter of delivered records")
        expect(counters.lostInQueue == lostInQueue, "the counter of losses in the queue")
        expect(counters.lostInKernel == lostInKernel, "the counter of losses in the kernel")
    }

    private func expect(_ condition: Bool, _ problem: String, unless isExcused: Bool = false) {
        if !condition && !isExcused { fail(problem) }
    }

    private func fail(_ problem: String) { Issue.record("seed \(seed), \(client.id): \(problem)") }
}
