import LinuxSystem
import Logging
import Netlink
import TaskstatsModel

/// Sweeps CPUs that were offline at startup, each when it comes online.
///
/// The kernel announces a CPU that comes online (kobject uevents), but /sys is authoritative: an announcement only says
/// when to read it. /sys is also read after the announcement socket was opened, so that no CPU is missed. The socket
/// stays open until all CPUs are swept. Without announcements /sys is read once a second.
final class LateSweep {
    private var schedule: LateSweepSchedule
    private var events: KernelEventSocket?
    private let batch: MessageBatch
    private let log: Logger

    /// Creates the sweep of these CPUs.
    init(_ unswept: CPUSet, batch: MessageBatch, log: Logger) {
        schedule = LateSweepSchedule(unswept)
        self.batch = batch
        self.log = log
    }

    /// The CPUs that have not been swept.
    var unswept: CPUSet { schedule.unswept }

    /// When /sys must be read next, in monotonic nanoseconds; nil while waiting for an announcement.
    var nextDue: UInt64? { schedule.nextDue }

    /// Opens the announcement socket if needed, and sweeps the CPUs that are online.
    func begin(_ loop: borrowing EventLoop) {
        guard !unswept.isEmpty else { return }
        do throws(SystemError) {
            let socket = try KernelEventSocket.open()
            try loop.add(socket.descriptor, .kernelEvents, .readable)
            events = consume socket
        } catch {
            schedule.hasAnnouncements = false
            log.warning(
                "cannot receive CPU hotplug events; reading /sys once a second instead",
                metadata: ["unswept": "\(unswept)", "error": "\(error)"])
        }
        sweepOnline()
    }

    /// Handles a readable announcement socket.
    func isReadable() {
        do throws(SystemError) {
            guard try events?.receiveOnlineCPU(into: batch) == true else { return }
        } catch {
            log.warning("cannot read CPU hotplug events", metadata: ["error": "\(error)"])
            events = nil
            schedule.hasAnnouncements = false
        }
        sweepOnline()
    }

    /// Sweeps if it is due.
    func sweepDue() {
        guard let due = nextDue, due <= SystemClock.monotonicNanoseconds else { return }
        sweepOnline()
    }

    private func sweepOnline() {
        let online = HostFacts.onlineCPUs()
        var swept = CPUSet()
        for cpu in unswept.intersection(online) where Sweep.endChild(on: cpu, log) != nil { swept.insert(cpu) }
        schedule.update(swept: swept, online: online, now: SystemClock.monotonicNanoseconds)
        if unswept.isEmpty { events = nil }
        guard !swept.isEmpty else { return }
        log.notice("swept CPUs that came online", metadata: ["cpus": "\(swept)", "unswept": "\(unswept)"])
    }
}
