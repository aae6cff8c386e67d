import CLinux
import LinuxSystem
import Logging
import Netlink
import TaskstatsKernel
import TaskstatsModel

/// One short-lived child on every CPU: the sweep and the canary at once.
///
/// The sweep: a daemon that was killed leaves its registrations behind, and whoever binds one of its port ids would
/// receive the records. The kernel forgets such a registration when an exit on that CPU finds the port gone; the child
/// is that exit. The canary: the child's own record must arrive, which proves what nothing else does, that this is the
/// net namespace to which the kernel sends records. In a storm it can be dropped: a drop that the kernel counts on our
/// socket proves the same.
enum Sweep {
    /// Sweeps every CPU that is online; fails when a record does not arrive.
    static func run(
        _ cpus: CPUSet, family: TaskstatsFamily, batch: MessageBatch, log: Logger
    ) throws(StartupFailure) {
        for cpu in cpus {
            do throws(NetlinkError) {
                try sweep(cpu, family, batch, log)
            } catch {
                throw .canary(cpu: cpu, "\(error)")
            }
        }
    }

    /// Only sweeps, for a daemon that is dead: opens no socket, which could be given its port id, and needs no capability.
    ///
    /// What was registered on a CPU that is offline stays: nothing can end there. Returns what was done, in words; throws
    /// where a CPU that is online could not be swept.
    static func only(_ log: Logger) throws(Incomplete) -> String {
        var (swept, failed) = (CPUSet(), CPUSet())
        for cpu in HostFacts.onlineCPUs() {
            if endChild(on: cpu, log) == nil { failed.insert(cpu) } else { swept.insert(cpu) }
        }
        guard failed.isEmpty else { throw Incomplete(cpus: failed) }
        let offline = HostFacts.possibleCPUs().subtracting(swept)
        return "swept CPU \(swept): the kernel has forgotten registrations there whose sockets are closed"
            + (offline.isEmpty ? "" : "; offline and not swept: CPU \(offline)")
    }

    /// CPUs on which no child could be run.
    struct Incomplete: Error, CustomStringConvertible {
        let cpus: CPUSet
        var description: String { "could not sweep CPU \(cpus)" }
    }

    private static func sweep(
        _ cpu: Int, _ family: TaskstatsFamily, _ batch: MessageBatch, _ log: Logger
    ) throws(NetlinkError) {
        let buffer = ReceiveBuffer(bytes: 1 << 20, largestBytes: 1 << 20)
        let listener = try KernelFeed.listener(cpu, family, batch, buffer)
        try listener.register()
        var seen = SeenRecords()
        let child = endChild(on: cpu, log)
        do throws(NetlinkError) {
            // The record is queued before wait returns: it is there now, or it will never be.
            try listener.drainCompletely(time: Clock.wall(), to: &seen)
        } catch {
            try listener.deregister()
            throw error
        }
        try listener.deregister()
        guard let child, !seen.pids.contains(child), seen.lost == 0 else { return }
        throw .unanswered(operation: "report the exit of pid \(child)")
    }

    /// Lets a child end on a CPU and returns its pid; nil when none could be run there, which is logged.
    @discardableResult
    static func endChild(on cpu: Int, _ log: Logger) -> UInt32? {
        var pid: Int32 = 0
        let error = unsafe clinux_end_child_on_cpu(Int32(cpu), &pid)
        if error == 0 { return UInt32(pid) }
        let reason = SystemError("sched_setaffinity", errno: error)
        log.warning("cannot run a child on a CPU to sweep it", metadata: ["cpu": "\(cpu)", "error": "\(reason)"])
        return nil
    }

    private struct SeenRecords: ExitSink {
        var pids: Set<UInt32> = []
        var lost: UInt64 = 0
        mutating func exited(_ record: borrowing ExitRecord) { pids.insert(record.pid) }
        mutating func lost(cpu: Int, count: UInt64) { lost += count }
    }
}
