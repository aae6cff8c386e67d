import LinuxSystem
import Logging
import Netlink
import TaskstatsKernel
import TaskstatsModel
import TaskstatsProtocol

/// The netlink sockets of the registered CPUs, and when to read each of them.
///
/// A listener slows the system down if it wakes up for every record. So a socket that has been quiet is read as soon as
/// it is readable, but one that was read within the last pause (``DrainPause``) waits until that is over: one wake-up
/// then serves all records that arrived in the meantime. epoll does not watch a socket while it is paced like this.
final class KernelFeed {
    private struct Entry {
        let listener: ExitListener<NetlinkSocket>
        var pace = Pace.watched
        var pause = DrainPause()
        var lastDrain: UInt64 = 0
        var failures = FailureLog()
    }

    private enum Pace {
        /// Watched by epoll.
        case watched
        /// Reported by epoll, and read in this iteration or one of the next.
        case readable(at: UInt64)
        /// Read at this time, whether readable or not.
        case due(at: UInt64)

        var dueAt: UInt64? {
            switch self {
            case .watched: nil
            case .readable(let at), .due(let at): at
            }
        }

        var isReadable: Bool { if case .readable = self { true } else { false } }
    }

    private static let recordsAtOnce = 256

    /// The registered CPUs.
    private(set) var registeredCPUs = CPUSet()
    private var entries: [Int: Entry] = [:]
    private let family: TaskstatsFamily
    private let batch: MessageBatch
    private let receiveBuffer: ReceiveBuffer
    private let validators: ValidatorSource
    /// What knows the origin of processes, while a client needs it.
    var origins: (any OriginSource)?
    /// Keeps the sockets open after this process ends for any reason, so that no other process gets their port ids.
    private let manager: ServiceManager?
    /// Listeners that could not be deregistered; the service manager has their sockets too.
    private var undismissed: [ExitListener<NetlinkSocket>] = []
    /// CPUs on which a closed socket may still be registered.
    private var abandonedCPUs = CPUSet()
    /// The counters of all earlier registrations of each CPU.
    private var earlierCounts: [Int: EarlierCounts] = [:]
    private let log: Logger

    init(
        family: TaskstatsFamily, batch: MessageBatch, receiveBuffer: ReceiveBuffer, validators: ValidatorSource,
        manager: ServiceManager?, log: Logger
    ) {
        self.validators = validators
        self.manager = manager
        self.family = family
        self.batch = batch
        self.receiveBuffer = receiveBuffer
        self.log = log
    }

    /// Registers CPUs, all or none; the reason is for the log.
    func register(
        _ cpus: CPUSet, _ loop: borrowing EventLoop, because reason: @autoclosure () -> String
    ) throws(NetlinkError) {
        dismissAgain()
        var done = CPUSet()
        for cpu in cpus where entries[cpu] == nil {
            defer { sweepAbandoned() }
            do throws(NetlinkError) {
                let bytes = try register(cpu, loop)
                done.insert(cpu)
                log.debug(
                    "registered",
                    metadata: ["cpu": "\(cpu)", "receive_buffer": "\(bytes)", "reason": "\(reason())"])
            } catch {
                log.error("cannot register", metadata: ["cpu": "\(cpu)", "error": "\(error)"])
                deregister(done, because: "CPU \(cpu) could not be registered")
                throw error
            }
        }
    }

    /// Deregisters CPUs, each acknowledged by the kernel, and closes their sockets; the reason is for the log.
    func deregister(_ cpus: CPUSet, because reason: @autoclosure () -> String) {
        dismissAgain()
        for cpu in cpus {
            guard let entry = entries.removeValue(forKey: cpu) else { continue }
            registeredCPUs = registeredCPUs.subtracting(CPUSet([cpu]))
            earlierCounts[cpu, default: EarlierCounts()].add(entry.listener)
            do throws(NetlinkError) {
                try dismiss(entry.listener)
                log.debug(
                    "deregistered",
                    metadata: [
                        "cpu": "\(cpu)", "received": "\(entry.listener.received)", "lost": "\(entry.listener.lost)",
                        "reason": "\(reason())",
                    ])
            } catch {
                log.error("cannot deregister", metadata: ["cpu": "\(cpu)", "error": "\(error)"])
            }
        }
        sweepAbandoned()
    }

    /// Runs a child to its end on each CPU whose closed socket may still be registered, so that the kernel removes it.
    private func sweepAbandoned() {
        for cpu in abandonedCPUs { Sweep.endChild(on: cpu, log) }
        abandonedCPUs = CPUSet()
    }

    /// Deregisters a listener, then asks the manager to close its socket.
    ///
    /// If a manager holds the socket too, an exit does not find it closed. So a listener that cannot be deregistered is
    /// retained, and retried at the next change of registrations.
    private func dismiss(_ listener: ExitListener<NetlinkSocket>) throws(NetlinkError) {
        do throws(NetlinkError) {
            try listener.deregister()
        } catch {
            if manager != nil { undismissed.append(listener) } else { abandonedCPUs.insert(listener.cpu) }
            throw error
        }
        forget(listener)
    }

    private func dismissAgain() {
        guard !undismissed.isEmpty else { return }
        let listeners = undismissed
        undismissed = []
        for listener in listeners { try? dismiss(listener) }
    }

    /// Asks the manager to close everything stored under a CPU's name, unless another listener of that CPU is
    /// registered.
    private func forget(_ listener: ExitListener<NetlinkSocket>) {
        let cpu = listener.cpu
        if entries[cpu] == nil, !undismissed.contains(where: { $0.cpu == cpu }) {
            manager?.forget(StoredSocket.name(cpu: cpu))
        } else {
            manager?.cancel(listener.descriptor)
        }
    }

    // MARK: Reading

    /// Schedules reading a CPU's socket that epoll reported: in this iteration, or when its pause is over.
    func isReadable(_ cpu: Int) {
        guard let entry = entries[cpu] else { return }
        let now = SystemClock.monotonicNanoseconds
        let earliest = entry.lastDrain + entry.pause.nanoseconds
        entries[cpu]?.pace = now < earliest ? .due(at: earliest) : .readable(at: now)
    }

    /// Reads the due sockets, as far as this iteration has time.
    func drainDue(_ loop: borrowing EventLoop, to sink: inout some ExitSink & ~Copyable) {
        let begun = SystemClock.monotonicNanoseconds
        guard let due = nextDue, due <= begun else { return }
        // All paced sockets are read together, so that one wake-up serves them all.
        var order = DrainOrder(entries.compactMapValues(\.pace.dueAt))
        while let cpu = order.next(after: SystemClock.monotonicNanoseconds - begun) {
            drain(cpu, wasPaced: entries[cpu]?.pace.isReadable == false, loop, to: &sink)
        }
    }

    /// When the next socket must be read, in monotonic nanoseconds; nil when epoll watches all of them.
    var nextDue: UInt64? { entries.values.lazy.compactMap(\.pace.dueAt).min() }

    /// Delivers everything that is queued for these CPUs now.
    func drainCompletely(_ cpus: CPUSet, to sink: inout some ExitSink & ~Copyable) {
        for cpu in cpus {
            guard let entry = entries[cpu] else { continue }
            let (received, lost) = (entry.listener.received, entry.listener.lost)
            drainCompletely(entry.listener, to: &sink)
            logDrain(of: entry.listener, since: received, lost, "whole, on request")
        }
    }

    /// A failed call takes nothing from the socket, and the remaining records could be discarded next, unreported.
    ///
    /// So the call is repeated until the kernel keeps refusing.
    private func drainCompletely(_ listener: ExitListener<NetlinkSocket>, to sink: inout some ExitSink & ~Copyable) {
        let attempts = 64
        prepare(listener)
        for _ in 1...attempts {
            do throws(NetlinkError) {
                return try listener.drainCompletely(time: SystemClock.realtimeNanoseconds, to: &sink)
            } catch {
                logFailure("cannot read exit records", error, of: listener.cpu, at: SystemClock.monotonicNanoseconds)
            }
        }
    }

    /// Gives a listener what its next records are completed with.
    private func prepare(_ listener: ExitListener<NetlinkSocket>) {
        listener.validator = validators.validator(at: SystemClock.monotonicNanoseconds)
        listener.origins = origins
    }

    private func logFailure(_ message: Logger.Message, _ error: any Error, of cpu: Int, at now: UInt64) {
        guard let count = entries[cpu]?.failures.failed(at: now) else { return }
        log.error(message, metadata: ["cpu": "\(cpu)", "error": "\(error)", "failures": "\(count)"])
    }

    private func drain(
        _ cpu: Int, wasPaced: Bool, _ loop: borrowing EventLoop, to sink: inout some ExitSink & ~Copyable
    ) {
        guard let listener = entries[cpu]?.listener else { return }
        let (receivedBefore, lostBefore) = (listener.received, listener.lost)
        prepare(listener)
        let outcome: ExitListener<NetlinkSocket>.Outcome
        do throws(NetlinkError) {
            outcome = try listener.drain(budget: Self.recordsAtOnce, time: SystemClock.realtimeNanoseconds, to: &sink)
        } catch {
            let now = SystemClock.monotonicNanoseconds
            logFailure("cannot read exit records", error, of: cpu, at: now)
            entries[cpu]?.lastDrain = now
            entries[cpu]?.pace = .due(at: now + DrainPause.shortest)
            return
        }
        logDrain(of: listener, since: receivedBefore, lostBefore, wasPaced ? "its pause is over" : "readable")
        let now = SystemClock.monotonicNanoseconds
        entries[cpu]?.lastDrain = now
        entries[cpu]?.pause.drained(
            records: Int(listener.received - receivedBefore), lost: listener.lost > lostBefore,
            receiveBufferBytes: listener.receiveBufferBytes)
        let pause = entries[cpu]?.pause.nanoseconds ?? DrainPause.shortest
        switch outcome {
        case .more:
            entries[cpu]?.pace = .due(at: now)
        // After a loss it is read once more, which counts records that were being dropped at that moment.
        case .empty(let records) where wasPaced && records > 0 || listener.lost > lostBefore:
            entries[cpu]?.pace = .due(at: now + pause)
        case .empty:
            entries[cpu]?.pace = .watched
            watch(cpu, listener, loop)
        }
    }

    /// Logs a drain; values are computed only if they are logged, as this runs for every record.
    private func logDrain(
        of listener: ExitListener<NetlinkSocket>, since received: UInt64, _ lost: UInt64, _ reason: StaticString
    ) {
        log.debug(
            "drained",
            metadata: [
                "cpu": "\(listener.cpu)", "records": "\(listener.received - received)",
                "lost": "\(listener.lost - lost)", "reason": "\(reason)",
            ])
    }

    // MARK: One CPU

    /// The counters of every CPU that is or was registered; the broker adds the subscribers.
    var counters: [DaemonStatus.CPU] {
        Set(entries.keys).union(earlierCounts.keys).sorted().map { cpu in
            let listener = entries[cpu]?.listener
            let earlier = earlierCounts[cpu] ?? EarlierCounts()
            return DaemonStatus.CPU(
                cpu: cpu, subscribers: 0, received: earlier.received + (listener?.received ?? 0),
                lost: earlier.lost + (listener?.lost ?? 0), receiveBufferBytes: listener?.receiveBufferBytes ?? 0)
        }
    }

    /// Returns the sequence number of the next record of a registered CPU, unless records are lost before it.
    func nextSequence(of cpu: Int) -> UInt64? { entries[cpu].map { $0.listener.received + $0.listener.lost + 1 } }

    /// Registers one CPU and returns the size of its socket's receive buffer.
    private func register(_ cpu: Int, _ loop: borrowing EventLoop) throws(NetlinkError) -> Int {
        let listener = try Self.listener(cpu, family, batch, receiveBuffer)
        // Stored before the registration: a crash in between leaves an unregistered socket, which is harmless.
        manager?.keep(listener.descriptor, as: StoredSocket.name(cpu: cpu))
        do throws(NetlinkError) {
            try listener.register()
            do throws(SystemError) {
                try loop.add(listener.descriptor, .kernel(cpu: cpu), [.readable, .once])
            } catch {
                throw .system(error)
            }
        } catch {
            // A second error must not hide the first. The caller sweeps the CPU when the registration may remain.
            do throws(NetlinkError) {
                try dismiss(listener)
            } catch {
                log.error("cannot deregister", metadata: ["cpu": "\(cpu)", "error": "\(error)"])
            }
            throw error
        }
        entries[cpu] = Entry(listener: listener)
        registeredCPUs.insert(cpu)
        return listener.receiveBufferBytes
    }

    private func watch(_ cpu: Int, _ listener: ExitListener<NetlinkSocket>, _ loop: borrowing EventLoop) {
        do throws(SystemError) {
            try loop.modify(listener.descriptor, .kernel(cpu: cpu), [.readable, .once])
        } catch {
            // Reading it at intervals instead loses nothing.
            let now = SystemClock.monotonicNanoseconds
            entries[cpu]?.pace = .due(at: now + DrainPause.shortest)
            logFailure("cannot watch a socket", error, of: cpu, at: now)
        }
    }
}
