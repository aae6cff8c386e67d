import LinuxSystem
import Logging
import Netlink
import TaskstatsKernel
import TaskstatsModel
import TaskstatsProtocol

/// The netlink sockets of the registered CPUs, and when each is read.
///
/// Waking up for every record is what makes a listener slow the system that it watches. So a socket that has been quiet
/// is read as soon as it has something, and one that was read within the last millisecond waits until that has passed:
/// then one wake-up serves all that came meanwhile. While a socket is paced like this epoll does not watch it at all.
final class KernelFeed {
    private struct Entry {
        let listener: ExitListener<NetlinkSocket>
        var pace = Pace.watched
        var lastDrain: UInt64 = 0
    }

    private enum Pace {
        /// epoll reports when there is something.
        case watched
        /// It is read at this time, whether there is something or not.
        case due(at: UInt64)
    }

    private static let pause: UInt64 = 1_000_000
    private static let recordsPerTurn = 1_024

    /// The CPUs that are registered.
    private(set) var registeredCPUs = CPUSet()
    private var entries: [Int: Entry] = [:]
    private let family: TaskstatsFamily
    private let batch: MessageBatch
    private let receiveBuffer: ReceiveBuffer
    private let log: Logger

    init(family: TaskstatsFamily, batch: MessageBatch, receiveBuffer: ReceiveBuffer, log: Logger) {
        self.family = family
        self.batch = batch
        self.receiveBuffer = receiveBuffer
        self.log = log
    }

    /// Registers CPUs, all or none; the reason is for the log.
    func register(
        _ cpus: CPUSet, _ loop: borrowing EventLoop, because reason: @autoclosure () -> String
    ) throws(NetlinkError) {
        var done = CPUSet()
        for cpu in cpus where entries[cpu] == nil {
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

    /// Deregisters CPUs, each with the kernel's acknowledgement, and closes their sockets; the reason is for the log.
    func deregister(_ cpus: CPUSet, because reason: @autoclosure () -> String) {
        var abandoned = CPUSet()
        for cpu in cpus {
            guard let entry = entries.removeValue(forKey: cpu) else { continue }
            registeredCPUs = registeredCPUs.subtracting(CPUSet([cpu]))
            do throws(NetlinkError) {
                try entry.listener.deregister()
                log.debug(
                    "deregistered",
                    metadata: [
                        "cpu": "\(cpu)", "received": "\(entry.listener.received)", "lost": "\(entry.listener.lost)",
                        "reason": "\(reason())",
                    ])
            } catch {
                log.error("cannot deregister", metadata: ["cpu": "\(cpu)", "error": "\(error)"])
                abandoned.insert(cpu)
            }
        }
        // Their sockets are closed now, so that an exit makes the kernel forget them.
        for cpu in abandoned { Sweep.endChild(on: cpu, log) }
    }

    // MARK: Reading

    /// epoll reported a CPU's socket: it is read now, or when its pause is over.
    func isReadable(_ cpu: Int, _ loop: borrowing EventLoop, to sink: inout some ExitSink & ~Copyable) {
        guard let entry = entries[cpu] else { return }
        let now = Clock.monotonic()
        let earliest = entry.lastDrain + Self.pause
        if now < earliest {
            entries[cpu]?.pace = .due(at: earliest)
        } else {
            drain(cpu, wasPaced: false, loop, to: &sink)
        }
    }

    /// Reads the sockets whose time has come.
    func drainDue(_ loop: borrowing EventLoop, to sink: inout some ExitSink & ~Copyable) {
        guard let due = nextDue, due <= Clock.monotonic() else { return }
        for (cpu, entry) in entries {
            // All that are paced are read together, so that one wake-up serves them all.
            if case .due = entry.pace { drain(cpu, wasPaced: true, loop, to: &sink) }
        }
    }

    /// When a socket is to be read next, in monotonic nanoseconds; nil when epoll watches them all.
    var nextDue: UInt64? {
        entries.values.lazy.compactMap { if case .due(let at) = $0.pace { at } else { nil } }.min()
    }

    /// Hands on everything that is queued for these CPUs now.
    func drainCompletely(_ cpus: CPUSet, to sink: inout some ExitSink & ~Copyable) {
        for cpu in cpus {
            guard let entry = entries[cpu] else { continue }
            let (received, lost) = (entry.listener.received, entry.listener.lost)
            drainCompletely(entry.listener, to: &sink)
            logDrain(of: entry.listener, since: received, lost, "whole, on request")
        }
    }

    /// A call that fails takes nothing from the socket, and what is left there may be let go next, untold: so it is made
    /// again, which is only given up when the kernel goes on refusing.
    private func drainCompletely(_ listener: ExitListener<NetlinkSocket>, to sink: inout some ExitSink & ~Copyable) {
        let attempts = 64
        for attempt in 1...attempts {
            do throws(NetlinkError) {
                return try listener.drainCompletely(time: Clock.wall(), to: &sink)
            } catch {
                guard attempt == 1 || attempt == attempts else { continue }
                log.error("cannot read exit records", metadata: ["cpu": "\(listener.cpu)", "error": "\(error)"])
            }
        }
    }

    private func drain(
        _ cpu: Int, wasPaced: Bool, _ loop: borrowing EventLoop, to sink: inout some ExitSink & ~Copyable
    ) {
        guard let listener = entries[cpu]?.listener else { return }
        let (receivedBefore, lostBefore) = (listener.received, listener.lost)
        var outcome = ExitListener<NetlinkSocket>.Outcome.empty(records: 0)
        do throws(NetlinkError) {
            outcome = try listener.drain(budget: Self.recordsPerTurn, time: Clock.wall(), to: &sink)
        } catch {
            log.error("cannot read exit records", metadata: ["cpu": "\(cpu)", "error": "\(error)"])
        }
        logDrain(of: listener, since: receivedBefore, lostBefore, wasPaced ? "its pause is over" : "readable")
        let now = Clock.monotonic()
        entries[cpu]?.lastDrain = now
        switch outcome {
        case .more:
            entries[cpu]?.pace = .due(at: now)
        // After a loss it is looked at once more: what was being dropped just then is counted by the next look.
        case .empty(let records) where wasPaced && records > 0 || listener.lost > lostBefore:
            entries[cpu]?.pace = .due(at: now + Self.pause)
        case .empty:
            entries[cpu]?.pace = .watched
            watch(cpu, listener, loop)
        }
    }

    /// Nothing is computed unless it is logged: this is the way of every record.
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

    /// The counters of every registered CPU; the subscribers are the broker's to fill in.
    var counters: [Status.CPU] {
        entries.sorted { $0.key < $1.key }.map { cpu, entry in
            Status.CPU(
                cpu: cpu, subscribers: 0, received: entry.listener.received, lost: entry.listener.lost,
                receiveBufferBytes: entry.listener.receiveBufferBytes)
        }
    }

    /// Registers one CPU and returns the size of its socket's receive buffer.
    private func register(_ cpu: Int, _ loop: borrowing EventLoop) throws(NetlinkError) -> Int {
        let listener = try Self.listener(cpu, family, batch, receiveBuffer)
        try listener.register()
        do throws(SystemError) {
            try loop.add(listener.descriptor, .kernel(cpu: cpu), [.readable, .once])
        } catch {
            try listener.deregister()
            throw .system(error)
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
            entries[cpu]?.pace = .due(at: Clock.monotonic() + Self.pause)
            log.error("cannot watch a socket", metadata: ["cpu": "\(cpu)", "error": "\(error)"])
        }
    }

    /// A listener over a new socket.
    static func listener(
        _ cpu: Int, _ family: TaskstatsFamily, _ batch: MessageBatch, _ receiveBuffer: ReceiveBuffer
    ) throws(NetlinkError) -> ExitListener<NetlinkSocket> {
        try ExitListener(
            cpu: cpu, port: try NetlinkSocket.openForRecords(), family: family, batch: batch,
            receiveBufferBytes: receiveBuffer.bytes, largestReceiveBufferBytes: receiveBuffer.largestBytes)
    }
}

/// How large the receive buffer of a CPU's socket is, and how large losses may make it.
struct ReceiveBuffer {
    var bytes: Int
    var largestBytes: Int
}

extension NetlinkSocket {
    /// A new socket, with its failure as the kernel's side states failures.
    static func openForRecords() throws(NetlinkError) -> NetlinkSocket {
        do throws(SystemError) { return try open() } catch { throw .system(error) }
    }
}
