import TestSupport
import Testing

/// A program that ends tasks on one CPU as fast as it can, and prints which.
final class Storm {
    /// The CPU on which they end.
    let cpu: Int
    /// The number of tasks that had ended on the CPU before it began.
    let begin: Int
    private var child: ChildProcess?

    init(cpu: Int, begin: Int, seed: UInt64, tasks: Int) throws {
        self.cpu = cpu
        self.begin = begin
        child = try Host.start([try ChildProcess.product("exit-load"), "storm", "\(cpu)", "\(seed)", "\(tasks)"])
    }

    deinit {
        guard let child = child.take() else { return }
        child.send(signal: 9)
        _ = try? child.finish()
    }

    /// Becomes readable when it has ended all tasks but itself.
    var descriptor: Int32 { child?.outputDescriptor ?? -1 }

    /// Waits for its end and returns the ended tasks, including itself.
    func finish() throws -> [UInt32] {
        guard let child = child.take() else { preconditionFailure("a storm ends once") }
        return try ExitLoad(finishing: child).ids
    }
}
