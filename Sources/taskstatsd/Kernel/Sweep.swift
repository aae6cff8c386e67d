import CLinux
import LinuxSystem
import Logging
import Netlink
import TaskstatsKernel
import TaskstatsModel

/// Runs one short-lived child on every CPU, as a sweep and a canary.
///
/// The sweep: a killed daemon leaves its registrations behind, and a program that binds one of its port ids would
/// receive the records. The kernel removes such a registration when an exit on that CPU finds the port closed; the
/// child is that exit. `ForeignHolders` handles port ids that another process has bound by then. The canary: the
/// arrival of the child's own record is the only proof that this is the network namespace to which the kernel sends
/// records. During a storm of exits the record can be dropped; a drop counted on this socket proves the same.
enum Sweep {
    /// Sweeps every online CPU and returns the swept CPUs; throws when a record does not arrive.
    static func run(
        _ cpus: CPUSet, family: TaskstatsFamily, batch: MessageBatch, log: Logger
    ) throws(StartupFailure) -> CPUSet {
        var swept = CPUSet()
        var sockets = GenericNetlinkSocket.bound()
        for cpu in cpus {
            do throws(NetlinkError) {
                if try sweep(cpu, family, batch, log) { swept.insert(cpu) }
            } catch {
                throw .canary(cpu: cpu, "\(error)")
            }
        }
        guard !swept.isEmpty else { throw .noCPUSwept }
        sockets?.formUnion(GenericNetlinkSocket.bound() ?? [])
        ForeignHolders.removeRegistrations(of: sockets, includingKept: false, batch: batch).report(to: log)
        return swept
    }

    /// Sweeps without starting the daemon, after a daemon was killed.
    ///
    /// The children need no capability. As root, it also removes registrations whose port ids are held by other users'
    /// processes, and those of sockets that the service manager is about to close. A registration on an offline CPU
    /// remains if its port id is free, because no task can end there. Returns a summary in words; throws when an online
    /// CPU could not be swept.
    static func only(_ log: Logger) throws(Incomplete) -> String {
        var (swept, failed) = (CPUSet(), CPUSet())
        var sockets = GenericNetlinkSocket.bound()
        // A process that briefly releases its port id can evade one reading of the table, but not a child's end.
        let rounds = 2
        for _ in 0..<rounds {
            for cpu in HostFacts.onlineCPUs() {
                if endChild(on: cpu, log) == nil { failed.insert(cpu) } else { swept.insert(cpu) }
            }
            sockets?.formUnion(GenericNetlinkSocket.bound() ?? [])
        }
        guard failed.isEmpty else { throw Incomplete(cpus: failed) }
        let offline = HostFacts.possibleCPUs().subtracting(swept)
        let result =
            "swept CPU \(swept): the kernel removed registrations of closed sockets there"
            + (offline.isEmpty ? "" : "; not swept, because offline: CPU \(offline)")
        let foreign = ForeignHolders.removeRegistrations(of: sockets, includingKept: true, batch: MessageBatch())
        return ([result] + foreign.lines).joined(separator: "\n")
    }

    /// The CPUs on which no child could be run.
    struct Incomplete: Error, CustomStringConvertible {
        let cpus: CPUSet
        var description: String { "could not sweep CPU \(cpus)" }
    }

    /// Sweeps a CPU; returns false when no child could run there, for example because the CPU has just gone offline.
    private static func sweep(
        _ cpu: Int, _ family: TaskstatsFamily, _ batch: MessageBatch, _ log: Logger
    ) throws(NetlinkError) -> Bool {
        let buffer = ReceiveBuffer(bytes: 1 << 20, largestBytes: 1 << 20)
        let listener = try KernelFeed.listener(cpu, family, batch, buffer)
        try listener.register()
        var seen = SeenRecords()
        let child = endChild(on: cpu, log)
        do throws(NetlinkError) {
            // The record is queued before wait returns, so it is there now or never.
            try listener.drainCompletely(time: SystemClock.realtimeNanoseconds, to: &seen)
        } catch {
            try listener.deregister()
            throw error
        }
        try listener.deregister()
        guard let child else { return false }
        guard seen.pids.contains(child) || seen.lost > 0 else {
            throw .unanswered(operation: "report the exit of pid \(child)")
        }
        return true
    }

    /// Runs a child to its end on a CPU and returns its pid; nil when none could run, which is logged.
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
        mutating func exited(_ record: inout ExitRecord) { pids.insert(record.pid) }
        mutating func lost(cpu: Int, count: UInt64) { lost += count }
    }
}
