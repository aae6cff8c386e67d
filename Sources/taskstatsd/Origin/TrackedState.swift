import Glibc
import LinuxSystem
import Netlink
import ProcessTracking
import TaskstatsKernel
import TaskstatsModel

/// What the tracker's thread and the loop share, under the lock of ``ProcessTracker``.
struct TrackedState: ~Copyable {
    /// The kernel's events, while they are wanted.
    private var events: ProcessEventSocket?
    private var executions: ExecutionCounter?
    var isRealTime = false
    private var table: ProcessTable
    private let batch = MessageBatch()
    private let memoryLimit: Int
    private var readings = Queue<ProcessTable.Reading>()
    /// Why a process is being read now.
    private var purpose: Purpose?
    private var starts = StartQueue()
    private var lostStarts = LostStarts()
    /// The processes that were running before; nil until they are listed, and again after events were lost.
    private var scan: ProcessScan?
    /// Whether the thread is listing them, and no event was lost meanwhile.
    private var isListing = false
    /// Whether the loop is to take starts, or the number of lost ones.
    private var hasNews = false
    private var knownDrops: UInt32 = 0
    /// The number of events so far.
    private var received = 0
    private var counters = DaemonStatus.Origin()
    private var blockedUsers: [UInt32: Int] = [:]
    /// When the loop last received exit records.
    private var caughtUpAt: UInt64 = 0

    init(memoryLimit: Int) {
        self.memoryLimit = memoryLimit
        table = ProcessTable(memoryLimit: memoryLimit)
    }

    // MARK: Opening and closing

    mutating func listen(withStarts: Bool, bufferBytes: Int) throws(SystemError) {
        defer { starts.isWanted = withStarts }
        guard events == nil else {
            // What was lost before belongs to no client.
            if withStarts, !starts.isWanted, let counted = executions?.count(batch) {
                receive()
                lostStarts.ignore(counted: counted)
            }
            return
        }
        executions = try ExecutionCounter()
        do throws(SystemError) {
            events = try ProcessEventSocket.open(receiveBufferBytes: bufferBytes, batch: batch)
        } catch {
            executions = nil
            throw error
        }
        knownDrops = 0
        counters.isListening = true
    }

    mutating func close() {
        (events, executions) = (nil, nil)
        table = ProcessTable(memoryLimit: memoryLimit)
        readings = Queue()
        purpose = nil
        starts = StartQueue()
        lostStarts = LostStarts()
        (scan, isListing) = (nil, false)
        counters.isListening = false
    }

    // MARK: Events

    private var descriptors: Step.Descriptors? {
        guard let events, let executions else { return nil }
        return (executions.descriptor, events.descriptor)
    }

    /// Takes all waiting events; returns whether processes are to be read.
    @discardableResult
    private mutating func receive() -> Bool {
        guard let events else { return false }
        let now = SystemClock.monotonicNanoseconds
        var hasMore = false
        repeat {
            hasMore = false
            do throws(SystemError) {
                try events.receive(into: batch)
            } catch {
                guard error.errno == ENOBUFS else { break }
                lostEvents()
                hasMore = true
                continue
            }
            hasMore = batch.count == MessageBatch.capacity
            received += batch.count
            for index in 0..<batch.count {
                guard let event = batch.processEvent(index) else { continue }
                if case .exec = event.kind { lostStarts.received += 1 }
                if let reading = table.take(event, at: now) { readings.append(reading) }
            }
        } while hasMore
        return !readings.isEmpty
    }

    private mutating func lostEvents() {
        if let drops = try? events?.drops() {
            counters.eventsLost += UInt64(drops &- knownDrops)
            knownDrops = drops
        }
        hasNews = starts.isWanted
        table.loseEvents()
        (scan, isListing) = (nil, false)
    }

    /// Takes the events that precede the exit records that were just received.
    mutating func catchUp(at now: UInt64) -> Bool {
        let hasReadings = receive()
        table.purge(before: caughtUpAt) { kill(pid_t($0), 0) == 0 || errno == EPERM }
        caughtUpAt = now
        return hasReadings
    }

    mutating func origin(of record: borrowing ExitRecord) -> ProcessOrigin? {
        guard events != nil else { return nil }
        let origin = table.origin(of: RecordIdentity(record, readAt: caughtUpAt), bootTime: Self.bootTime)
        counters.commands.count(origin?.sources.command)
        counters.executables.count(origin?.executable == nil ? nil : origin?.sources.command)
        counters.cgroups.count(origin?.sources.cgroup)
        return origin
    }

    /// The difference between the system clock and the monotonic one.
    private static var bootTime: UInt64 { SystemClock.realtimeNanoseconds &- SystemClock.monotonicNanoseconds }

    // MARK: Readings

    /// What the tracker's thread does next.
    enum Work {
        case nothing
        /// List the processes that are running.
        case list
        /// Read a process.
        case read(UInt32)
    }

    /// What the tracker's thread does next, and what it waits for when there is nothing.
    struct Step {
        typealias Descriptors = (executions: Int32, events: Int32)

        var work: Work
        var descriptors: Descriptors?
        /// The number of events so far.
        var received: Int
        /// Whether the loop is to take starts, or the number of lost ones.
        var hasNews: Bool
    }

    /// Why a process is being read.
    private enum Purpose {
        /// It executed a program.
        case execution(ProcessTable.Reading)
        /// It was running before.
        case scan(UInt32)
    }

    /// Takes all waiting events and the result of the last work, and returns what to do next.
    mutating func nextStep(after snapshot: ProcessSnapshot?, isWoken: Bool) -> Step {
        // Before the events, so that the thread is woken for each execution that is not among them.
        if isWoken { executions?.drain(into: batch) }
        // What happened until the end of a reading decides whether it counts.
        receive()
        complete(with: snapshot)
        let work = nextWork()
        defer { hasNews = false }
        return Step(work: work, descriptors: descriptors, received: received, hasNews: hasNews)
    }

    /// Chooses executions first, which do not wait.
    private mutating func nextWork() -> Work {
        guard events != nil else { return .nothing }
        if let reading = readings.popFirst() {
            purpose = .execution(reading)
            return .read(reading.pid)
        }
        guard scan != nil else {
            isListing = true
            return .list
        }
        guard let pid = scan?.next() else { return .nothing }
        purpose = .scan(pid)
        return .read(pid)
    }

    /// Gives up a reading that does not return.
    mutating func abandonWork() { complete(with: nil) }

    /// Takes what was read about a process, or nil if it was gone.
    private mutating func complete(with snapshot: ProcessSnapshot?) {
        defer { purpose = nil }
        switch purpose {
        case .execution(let reading): executed(reading, snapshot)
        case .scan(let pid): scanned(pid, snapshot)
        case nil: break
        }
    }

    private mutating func executed(_ reading: ProcessTable.Reading, _ snapshot: ProcessSnapshot?) {
        if let snapshot { _ = table.complete(reading, with: snapshot) }
        counters.starts += 1
        guard starts.isWanted else { return }
        hasNews = true
        let start =
            table.start(reading, bootTime: Self.bootTime)
            ?? ProcessStart(
                cpu: Int(reading.cpu), time: reading.time &+ Self.bootTime, pid: reading.pid,
                origin: ProcessOrigin(sources: .init()))
        if !starts.append(start) { lostStarts.received -= 1 }
    }

    /// Removes and returns the starts, with the number of lost ones, and whether to look for more of these soon.
    mutating func takeStarts(at now: UInt64) -> (starts: [ProcessStart], lost: UInt64, isSettling: Bool) {
        receive()
        let lost = executions?.count(batch).map { lostStarts.take(counted: $0, at: now) } ?? 0
        return (starts.takeAll(), lost, lostStarts.isSettling)
    }

    // MARK: Processes that were running before

    /// Takes the list of running processes, unless it may be incomplete.
    mutating func listed(_ pids: [UInt32]) {
        if isListing { scan = ProcessScan(pids) }
        isListing = false
    }

    private mutating func scanned(_ pid: UInt32, _ snapshot: ProcessSnapshot?) {
        if let snapshot {
            let parent = snapshot.parent
            if !table.isCurrent(parent), scan?.putBack(pid, behind: parent) ?? false { return }
            table.scanned(pid, snapshot)
        }
        scan?.finish(pid)
        if scan?.isFinished ?? false { table.completeLineages() }
    }

    // MARK: Readings that do not return

    /// Returns whether a command line of this user may be read.
    func mayRead(of uid: UInt32, _ limit: Int) -> Bool {
        blockedUsers[uid] == nil && blockedUsers.values.reduce(0, +) < limit
    }

    mutating func blocked(of uid: UInt32) { blockedUsers[uid, default: 0] += 1 }

    /// Notes that a reading returned after all; returns whether others are blocked.
    mutating func returned(of uid: UInt32) -> Bool {
        let left = (blockedUsers[uid] ?? 1) - 1
        blockedUsers[uid] = left > 0 ? left : nil
        return !blockedUsers.isEmpty
    }

    var status: DaemonStatus.Origin {
        var status = counters
        status.isRealTime = counters.isListening ? isRealTime : nil
        status.isScanned = scan?.isFinished ?? false
        status.processes = table.count
        status.memoryBytes = table.memoryBytes
        return status
    }
}
