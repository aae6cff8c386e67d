import LinuxSystem
import Netlink
import TaskstatsKernel
import TaskstatsModel
import TestSupport

/// A listener of CPU 0 on a fake kernel, with a sink that records its events.
final class FakeListener {
    let kernel: FakeKernel
    let socket: FakeSocket
    let listener: ExitListener<FakePort>
    private(set) var sink = RecordingSink()
    private var nextPID: UInt32 = 1

    init(
        _ kernel: FakeKernel = FakeKernel(), cpu: Int = 0, receiveBufferBytes: Int = 212_992,
        largestReceiveBufferBytes: Int? = nil, drops: UInt32 = 0
    ) throws {
        self.kernel = kernel
        let port = kernel.open(drops: drops)
        socket = port.socket
        listener = try ExitListener(
            cpu: cpu, port: port, family: TaskstatsFamily(id: 31), batch: MessageBatch(),
            receiveBufferBytes: receiveBufferBytes, largestReceiveBufferBytes: largestReceiveBufferBytes)
    }

    /// Returns a registered listener.
    static func registered(
        _ kernel: FakeKernel = FakeKernel(), cpu: Int = 0, receiveBufferBytes: Int = 212_992,
        largestReceiveBufferBytes: Int? = nil, drops: UInt32 = 0
    ) throws -> FakeListener {
        let fake = try FakeListener(
            kernel, cpu: cpu, receiveBufferBytes: receiveBufferBytes,
            largestReceiveBufferBytes: largestReceiveBufferBytes, drops: drops)
        try fake.listener.register()
        return fake
    }

    /// The events received by the sink.
    var events: [RecordingSink.Event] { sink.events }

    /// Ends tasks on the listener's CPU, with pids from 1 on.
    ///
    /// Kernel and listener agree on the numbering while pids equal sequence numbers.
    func exit(
        _ count: Int = 1, isThreaded: Bool = false, isLastThread: Bool = false, damage: FakeKernel.Damage? = nil,
        numberOf other: Int? = nil
    ) {
        for _ in 0..<count {
            let task = FakeTask(pid: nextPID, isThreaded: isThreaded)
            let sums: [Field: UInt64]? = isThreaded && isLastThread ? [.nvcsw: 1] : nil
            kernel.exit(task, on: listener.cpu, process: sums, damage: damage, numberOf: other)
            nextPID += 1
        }
    }

    @discardableResult
    func drain(budget: Int = 100_000) throws(NetlinkError) -> ExitListener<FakePort>.Outcome {
        try listener.drain(budget: budget, time: 1_795_400_000_123_456_789, to: &sink)
    }

    /// Runs `body` once, the next time that the kernel reaches this moment.
    func once(_ moment: FakeKernel.Moment, _ body: @escaping () -> Void) {
        let kernel = kernel
        kernel.meanwhile = { [unowned kernel] now in
            guard now == moment else { return }
            kernel.meanwhile = nil
            body()
        }
    }
}

extension Sequence<UInt32> {
    /// Exits with these pids and equal sequence numbers.
    var exits: [RecordingSink.Event] { map { .exit(pid: $0, sequence: UInt64($0)) } }
}
