import TaskstatsModel

/// The kernel's half of taskstats, message by message: families, queries, registrations, exits and their losses.
///
/// It behaves as kernel-facts states and does nothing by itself: tasks end when a test says so, on one thread, without
/// time. Registrations belong to port ids, not to sockets: they add up, they outlive a close, and the next owner of the
/// number inherits them. Errors are requested: an exit can be damaged, a call can fail, a number can belong to another
/// CPU, and `meanwhile` lets anything happen in the middle of a call.
package final class FakeKernel {
    /// Points in time within a call of the program.
    package enum Moment: Hashable {
        /// A request has arrived and has had no effect so far.
        case handling
        /// A registration or deregistration is in effect and is about to be acknowledged.
        case acknowledging
        /// The program is about to receive queued messages.
        case receiving
        /// The program is about to read the drop counter.
        case readingDrops
    }

    /// A defect of an exit record.
    package enum Damage: CaseIterable {
        /// Longer than any buffer slot.
        case tooLong
        /// An attribute that claims more bytes than there are.
        case badLength
        /// A task's statistics without a version.
        case noVersion
    }

    /// The number of possible CPUs.
    package let cpuCount: Int
    /// The number of the family; nil for a kernel without it.
    package var familyID: UInt16? = 31
    /// The struct version.
    package var version: UInt16 = 16
    /// Whether the record of a process that ends has version 0, as in kernels before 2026.
    package var omitsVersionOfProcesses = false
    /// The error number with which the next command is refused; ENOMEM removes registrations too.
    package var refusal: Int32?
    /// Called within calls of the program.
    package var meanwhile: ((Moment) -> Void)?

    /// The running tasks, by pid.
    package var tasks: [UInt32: FakeTask] = [:]
    /// Sums of processes, by tgid; a process without any has zeros.
    package var processes: [UInt32: [Field: UInt64]] = [:]
    /// Version 1 cgroup directories, by descriptor.
    package var cgroups: [Int32: CgroupStats] = [:]
    /// The number of the next record of each CPU.
    package var nextNumbers: [UInt32]

    /// The registered ports of each CPU.
    package internal(set) var listeners: [Set<UInt32>]
    private var sockets: [UInt32: FakeSocket] = [:]
    private var nextPortID: UInt32 = 4_000
    private var lateNumbers: [Int: UInt32] = [:]

    /// Creates a kernel with this number of CPUs.
    package init(cpuCount: Int = 2) {
        self.cpuCount = cpuCount
        nextNumbers = (0..<cpuCount).map { UInt32($0) &* 1_000_000 &+ 77 }
        listeners = Array(repeating: [], count: cpuCount)
    }

    /// Opens a socket, on a port id chosen by the kernel or on a free one.
    package func open(portID: UInt32? = nil, drops: UInt32 = 0) -> FakePort {
        if portID == nil { nextPortID += 1 }
        let socket = FakeSocket(portID: portID ?? nextPortID, drops: drops)
        precondition(sockets[socket.portID] == nil, "the port id is in use")
        sockets[socket.portID] = socket
        return FakePort(socket, of: self)
    }

    /// Registers a port id, like a process that has ended.
    package func register(_ portID: UInt32, on cpus: [Int]) {
        for cpu in cpus { listeners[cpu].insert(portID) }
    }

    func close(_ socket: FakeSocket) { sockets[socket.portID] = nil }
}

extension FakeKernel {
    /// Ends a task on a CPU, and with the last of several threads its process.
    ///
    /// The record has the number of CPU `numberOf` if the task was moved to another CPU halfway.
    package func exit(
        _ task: FakeTask, on cpu: Int, process: [Field: UInt64]? = nil, damage: Damage? = nil,
        numberOf other: Int? = nil
    ) {
        guard !listeners[cpu].isEmpty else { return }
        let number = readNumber(other ?? cpu)
        let cost = task.isThreaded || version >= 17 ? Cost.processRecord : Cost.taskRecord
        lazy var message = record(of: task, process: process, damage: damage, number: number)
        for portID in listeners[cpu] {
            if let socket = sockets[portID] {
                socket.produced += 1
                socket.deliver(message, cost: cost)
            } else {
                // Only now does the kernel notice that the socket was closed.
                listeners[cpu].remove(portID)
            }
        }
    }

    private func record(of task: FakeTask, process: [Field: UInt64]?, damage: Damage?, number: UInt32) -> [UInt8] {
        var statistics = task.statistics(version: version)
        if damage == .noVersion { statistics.replaceSubrange(0..<2, with: [0, 0]) }
        var attributes = MessageBuilder.aggregate(pid: task.pid, statistics)
        if let process {
            var sums = MessageBuilder.taskstats(version: version, process)
            if omitsVersionOfProcesses { sums.replaceSubrange(0..<2, with: [0, 0]) }
            attributes += MessageBuilder.aggregate(tgid: task.tgid, sums)
        }
        switch damage {
        case .tooLong: attributes += MessageBuilder.attribute(99, [UInt8](repeating: 0, count: 9_000))
        case .badLength: attributes[0] &+= 1
        case .noVersion, nil: break
        }
        return MessageBuilder.message(
            type: familyID ?? 0, sequence: number, MessageBuilder.generic(command: 2, attributes))
    }

    /// Swaps the numbers of a CPU's next two records.
    package func swapNumbers(on cpu: Int) {
        guard lateNumbers[cpu] == nil else { return }
        lateNumbers[cpu] = nextNumbers[cpu]
        nextNumbers[cpu] &+= 1
    }

    private func readNumber(_ cpu: Int) -> UInt32 {
        // The late number waits until one that came after it has been used.
        if let late = lateNumbers[cpu], nextNumbers[cpu] != late &+ 1 {
            lateNumbers[cpu] = nil
            return late
        }
        defer { nextNumbers[cpu] &+= 1 }
        return nextNumbers[cpu]
    }

    /// The receive buffer cost of messages.
    package enum Cost {
        /// The record of a process with one thread.
        package static let taskRecord = 1_280
        /// The record of any thread of a process with several, and every record from version 17 on.
        package static let processRecord = 2_304
        /// An acknowledgement.
        package static let acknowledgement = 768
    }
}
