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
    private var withStarts = false
    var isRealTime = false
    private var table: ProcessTable
    private let batch = MessageBatch()
    private let memoryLimit: Int
    private var readings: [ProcessTable.Reading] = []
    private var firstReading = 0
    /// Why a process is being read now.
    private var purpose: Purpose?
    private var starts: [ProcessStart] = []
    private var sequences: [Int: UInt64] = [:]
    private var lostStarts = LostStarts()
    private var scanList: [UInt32] = []
    private var unscanned: Set<UInt32> = []
    /// Processes that were found before their parents.
    private var deferred: Set<UInt32> = []
    private var needsList = false
    /// Whether the loop is to take starts, or the number of lost ones.
    private var hasNews = false
    private var knownDrops: UInt32 = 0
    /// The number of events so far, and the kernel's number of executions.
    private(set) var received = 0
    private var counted: UInt64 = 0
    private var counters = DaemonStatus.Origin()
    private var blockedUsers: [UInt32: Int] = [:]
    /// When the loop last received exit records, and the time before that.
    private var caughtUpAt: UInt64 = 0

    init(memoryLimit: Int) {
        self.memoryLimit = memoryLimit
        table = ProcessTable(memoryLimit: memoryLimit)
    }

    // MARK: Opening and closing

    mutating func listen(withStarts: Bool, bufferBytes: Int) throws(SystemError) {
        if withStarts, !self.withStarts { starts = [] }
        self.withStarts = withStarts
        guard events == nil else { return }
        executions = try ExecutionCounter()
        do throws(SystemError) {
            events = try ProcessEventSocket.open(receiveBufferBytes: bufferBytes, batch: batch)
        } catch {
            executions = nil
            throw error
        }
        knownDrops = 0
        lostStarts = LostStarts()
        counters.isListening = true
        counters.isScanned = false
        needsList = true
    }

    mutating func close() {
        (events, executions) = (nil, nil)
        table = ProcessTable(memoryLimit: memoryLimit)
        readings = []
        firstReading = 0
        starts = []
        sequences = [:]
        (scanList, unscanned, needsList) = ([], [], false)
        counters.isListening = false
        counters.isScanned = false
    }

    // MARK: Events

    private var descriptors: Step.Descriptors? {
        guard let events, let executions else { return nil }
        return (executions.descriptor, events.descriptor)
    }

    /// Takes all waiting events; returns whether processes are to be read.
    @discardableResult
    mutating func receive() -> Bool {
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
        return firstReading < readings.count
    }

    private mutating func lostEvents() {
        if let drops = try? events?.drops() {
            counters.eventsLost += UInt64(drops &- knownDrops)
            knownDrops = drops
        }
        hasNews = withStarts
        table.loseEvents()
        needsList = true
        counters.isScanned = false
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
        if let reading = nextReading() {
            purpose = .execution(reading)
            return .read(reading.pid)
        }
        if needsList { return .list }
        guard let pid = nextScan() else {
            counters.isScanned = true
            return .nothing
        }
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

    private mutating func nextReading() -> ProcessTable.Reading? {
        guard firstReading < readings.count else { return nil }
        let reading = readings[firstReading]
        firstReading += 1
        if firstReading == readings.count {
            readings.removeAll(keepingCapacity: readings.count < 1_024)
            firstReading = 0
        }
        return reading
    }

    private mutating func executed(_ reading: ProcessTable.Reading, _ snapshot: ProcessSnapshot?) {
        if let snapshot { _ = table.complete(reading, with: snapshot) }
        counters.starts += 1
        guard withStarts else { return }
        hasNews = true
        var start =
            table.start(reading, bootTime: Self.bootTime)
            ?? ProcessStart(
                cpu: Int(reading.cpu), time: reading.time &+ Self.bootTime, pid: reading.pid,
                origin: ProcessOrigin(sources: .init()))
        sequences[start.cpu, default: 0] += 1
        start.sequence = sequences[start.cpu] ?? 0
        let limit = 65_536
        guard starts.count < limit else {
            lostStarts.received -= 1
            return
        }
        starts.append(start)
    }

    /// Removes and returns the starts, with the number of lost ones, and whether to look for more of these soon.
    mutating func takeStarts(at now: UInt64) -> (starts: [ProcessStart], lost: UInt64, isSettling: Bool) {
        defer { starts.removeAll(keepingCapacity: true) }
        receive()
        if let count = executions?.count(batch) { counted = count }
        let lost = lostStarts.take(counted: counted, at: now)
        return (starts, lost, lostStarts.isSettling)
    }

    // MARK: Processes that were running before

    mutating func scan(_ pids: [UInt32]) {
        needsList = false
        // The last one is next: the lowest ids first, which are often those of parents.
        scanList = pids.reversed()
        unscanned = Set(pids)
        deferred = []
    }

    private mutating func nextScan() -> UInt32? {
        guard let pid = scanList.popLast() else { return nil }
        guard unscanned.contains(pid) else { return nextScan() }
        return pid
    }

    private mutating func scanned(_ pid: UInt32, _ snapshot: ProcessSnapshot?) {
        guard let snapshot else {
            unscanned.remove(pid)
            return
        }
        let parent = snapshot.parent
        if !deferred.contains(pid), unscanned.contains(parent), !table.isCurrent(parent) {
            // Its parents are known only when its parent is.
            deferred.insert(pid)
            scanList.append(pid)
            scanList.append(parent)
            return
        }
        unscanned.remove(pid)
        table.scanned(pid, snapshot)
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
        status.processes = table.count
        status.memoryBytes = table.memoryBytes
        return status
    }
}
