import LinuxSystem
import Logging
import Netlink
import ProcessTracking
import Synchronization
import TaskstatsKernel
import TaskstatsModel

/// Learns the origin of processes while they live, because little of it is left when their exit records arrive.
///
/// A thread of its own reads /proc as soon as the kernel reports that a process executed a program: a race against the
/// life of the process, which is why this thread does nothing else, and may run at real-time priority. It shares one
/// value with the loop: the table of processes, with the socket of the kernel's events, under one lock. The lock is held
/// for work in memory and non-blocking receiving, never during a reading, so neither thread waits for /proc through the
/// other. Each thread that takes the lock receives the waiting events first. So the table is complete for every exit
/// record that the loop has received before: the events of a process precede its record.
///
/// A reading may not return, because the owner of a process can arrange that. Then another thread goes on
/// (``LoopOwnership``), and further command lines of that owner are not read until the first one returns.
final class ProcessTracker: Sendable {
    private let state: Mutex<TrackedState>
    private let settings: OriginSettings
    let ownership: LoopOwnership
    let wakeUp: EventCounter
    /// Readable when there are starts to take.
    let startsReady: EventCounter
    /// The user whose process is being read; above the range of users when there is none.
    private let readUser = Atomic<UInt64>(ProcessTracker.nobody)
    /// Whether a reading is blocked.
    private let hasBlocked = Atomic(false)
    let log: Logger

    private static let nobody = UInt64.max
    /// How many readings may be blocked at the same time before no more command lines are read.
    private static let blockedLimit = 4

    init(_ settings: OriginSettings, log: Logger) throws(SystemError) {
        self.settings = settings
        self.log = log
        state = Mutex(TrackedState(memoryLimit: settings.memoryLimit))
        // Longer than a process that is being changed lets others wait.
        let longestReading: UInt64 = 100_000_000
        ownership = try LoopOwnership(limit: longestReading)
        wakeUp = try EventCounter()
        startsReady = try EventCounter()
    }

    // MARK: The loop's side

    /// Opens the kernel's events.
    func listen(withStarts: Bool) throws(SystemError) {
        try state.withLock { (state) throws(SystemError) in
            try state.listen(withStarts: withStarts, bufferBytes: settings.receiveBufferBytes)
        }
        wakeUp.signal()
    }

    /// Closes the kernel's events, and forgets everything.
    func stop() {
        state.withLock { $0.close() }
        wakeUp.signal()
    }

    /// The counters for `status`.
    var status: DaemonStatus.Origin { state.withLock { $0.status } }

    /// Takes the starts since the last call, and the number of lost ones; `isSettling` if that may increase soon.
    func takeStarts() -> (starts: [ProcessStart], lost: UInt64, isSettling: Bool) {
        startsReady.reset()
        return state.withLock { $0.takeStarts(at: SystemClock.monotonicNanoseconds) }
    }

    // MARK: The thread's side

    /// Reads what the events require until another thread takes over.
    func run() {
        var priority = RealTimePriority()
        var caches = ProcessReadingCaches()
        var snapshot: ProcessSnapshot?
        var received = 0
        var isWoken = false
        while ownership.isMine {
            let step = nextStep(after: snapshot, isWoken: isWoken, isRealTime: priority.isRealTime)
            (snapshot, isWoken) = (nil, false)
            switch step.work {
            case .nothing:
                isWoken = wait(for: step.descriptors, isQuiet: step.received == received)
                received = step.received
            case .list:
                let pids = (try? DirectoryEntries.processIDs()) ?? []
                state.withLock { $0.listed(pids) }
            case .read(let pid):
                guard let reading = self.snapshot(of: pid, &caches) else { return }
                snapshot = reading.value
                priority.account()
            }
        }
    }

    /// Takes the result of the last work, and returns what to do next.
    private func nextStep(
        after snapshot: ProcessSnapshot?, isWoken: Bool, isRealTime: Bool
    ) -> TrackedState.Step {
        let step = state.withLock { state in
            state.isRealTime = isRealTime
            return state.nextStep(after: snapshot, isWoken: isWoken)
        }
        if step.hasNews { startsReady.signal() }
        return step
    }

    /// Waits for the next execution, or for any event; returns whether an execution ended the wait.
    ///
    /// Only executions are urgent. So other events wait for a while, unless there was none during the last wait.
    private func wait(for descriptors: TrackedState.Step.Descriptors?, isQuiet: Bool) -> Bool {
        let pause: Duration = .milliseconds(20)
        return wakeUp.waitAndReset(
            until: descriptors == nil || isQuiet ? nil : .now + pause,
            interruptedBy: isQuiet ? descriptors?.events : descriptors?.executions) && !isQuiet
    }

    private struct Reading {
        var value: ProcessSnapshot?
    }

    /// Reads what /proc shows about a process; nil when another thread has taken over meanwhile.
    private func snapshot(of pid: UInt32, _ caches: inout ProcessReadingCaches) -> Reading? {
        ownership.beginCall(at: SystemClock.monotonicNanoseconds)
        var snapshot: ProcessSnapshot?
        var user = Self.nobody
        if let directory = ProcessDirectory(pid: pid) {
            user = UInt64(directory.uid)
            readUser.store(user, ordering: .relaxed)
            let uid = directory.uid
            let mayRead =
                !hasBlocked.load(ordering: .relaxed) || state.withLock { $0.mayRead(of: uid, Self.blockedLimit) }
            let showsCommand = settings.level == .all && mayRead
            snapshot = directory.read(commandLine: showsCommand, &caches)
        }
        guard ownership.endCall() else {
            let uid = UInt32(truncatingIfNeeded: user)
            hasBlocked.store(state.withLock { $0.returned(of: uid) }, ordering: .relaxed)
            return nil
        }
        readUser.store(Self.nobody, ordering: .relaxed)
        return Reading(value: snapshot)
    }

    // MARK: Threads

    /// Starts the thread, which inherits the priority and the privileges of the calling one.
    func startThread() throws(SystemError) {
        try WorkerThread(self) { tracker in
            tracker.ownership.begin()
            tracker.run()
        }.detach()
    }

    /// Starts the thread that goes on when a reading does not return.
    func startStandby() throws(SystemError) {
        try WorkerThread(self) { $0.standBy() }.detach()
    }

    private func standBy() {
        ownership.waitForBlockedCall()
        let user = readUser.exchange(Self.nobody, ordering: .relaxed)
        state.withLock { $0.abandonWork() }
        if user != Self.nobody {
            state.withLock { $0.blocked(of: UInt32(truncatingIfNeeded: user)) }
            hasBlocked.store(true, ordering: .relaxed)
            log.warning("a process cannot be read; another thread goes on", metadata: ["uid": "\(user)"])
        }
        do throws(SystemError) {
            try startStandby()
        } catch {
            log.error("the next process that cannot be read ends the tracking", metadata: ["error": "\(error)"])
        }
        run()
    }
}

extension ProcessTracker: OriginSource {
    /// Receives the events that precede the exit records that were just read.
    func catchUp() {
        let hasReadings = state.withLock { $0.catchUp(at: SystemClock.monotonicNanoseconds) }
        if hasReadings { wakeUp.signal() }
    }

    func origin(of record: borrowing ExitRecord) -> ProcessOrigin? {
        let record = copy record
        return state.withLock { $0.origin(of: record) }
    }
}
