import CommandSupport
import Taskstats
import TaskstatsProtocol

extension DescentTree<ProcessTree.Details>.Entry {
    /// Writes the process and its place: it is a child of the last process before it with a smaller depth.
    func write(to writer: inout JSONWriter) {
        writer.field("depth", depth)
        writer.field("pid", process.pid)
        if let command = process.details.command { writer.commandField(command) }
        if let exit = process.details.exit {
            writer.key("exit")
            writer.value { RecordEncoder.appendExit(exit, to: &$0) }
        }
        if let elapsed = process.details.elapsedNanoseconds { writer.field("elapsed_us", elapsed / 1_000) }
        if let cpuTime = process.details.cpuTime { writer.field("cpu_time_ns", cpuTime) }
        if let origin = process.details.origin {
            writer.key("origin")
            origin.write(to: &writer)
        }
    }
}
