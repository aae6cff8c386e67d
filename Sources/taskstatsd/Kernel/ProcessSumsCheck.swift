import CLinux
import LinuxSystem
import Logging
import Netlink
import TaskstatsKernel
import TaskstatsModel

/// Determines at startup whether this kernel keeps ended threads in the sums of their process.
///
/// A child with two threads ends on one CPU, and its records show the answer. Every step is bounded: the child ends
/// after a few seconds in any case, and its records are queued once it has ended, or never.
enum ProcessSumsCheck {
    /// Returns whether the kernel keeps ended threads in the sums; nil when unknown, which is logged.
    static func run(on cpus: CPUSet, family: TaskstatsFamily, batch: MessageBatch, log: Logger) -> Bool? {
        guard let cpu = cpus.first(where: { _ in true }) else { return nil }
        do throws(NetlinkError) {
            if let result = try run(on: cpu, family, batch, log) { return result }
            log.warning("cannot determine whether process sums are complete: a record of the child is missing")
        } catch {
            log.warning("cannot determine whether process sums are complete", metadata: ["error": "\(error)"])
            // If the registration could not be removed, the kernel removes it when a task ends on the CPU.
            Sweep.endChild(on: cpu, log)
        }
        return nil
    }

    private static func run(
        on cpu: Int, _ family: TaskstatsFamily, _ batch: MessageBatch, _ log: Logger
    ) throws(NetlinkError) -> Bool? {
        let buffer = ReceiveBuffer(bytes: 1 << 20, largestBytes: 1 << 20)
        let listener = try KernelFeed.listener(cpu, family, batch, buffer)
        try listener.register()
        var child: Int32 = 0
        let error = unsafe clinux_end_two_threads_on_cpu(Int32(cpu), &child)
        if error != 0 {
            let reason = SystemError("pthread_create", errno: error)
            log.warning("cannot run a child with two threads", metadata: ["cpu": "\(cpu)", "error": "\(reason)"])
        }
        var probe = ProcessSumsProbe()
        do throws(NetlinkError) {
            try listener.drainCompletely(time: SystemClock.realtimeNanoseconds, to: &probe)
        } catch {
            try listener.deregister()
            throw error
        }
        try listener.deregister()
        return probe.keepsEndedThreads(child: UInt32(max(0, child)))
    }

    /// Returns the fields of process records that are incomplete on such a kernel.
    static func incompleteSums(keepsEndedThreads: Bool?) -> FieldSet {
        keepsEndedThreads == true ? [] : RecordValidator.sumsOfLivingThreads
    }
}
