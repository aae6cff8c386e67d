import Glibc
import TaskstatsModel

extension FakeKernel {
    private typealias Build = MessageBuilder

    /// Handles a request within the program's send: answers and then the acknowledgement are queued before it returns.
    package func handle(_ request: [UInt8], from socket: FakeSocket) {
        meanwhile?(.handling)
        let errno = refusal ?? answer(request, to: socket)
        if refusal == ENOMEM, let (type, payload) = attribute(of: request), type == 3 {
            for cpu in cpus(payload) ?? [] { listeners[cpu].remove(socket.portID) }
        }
        refusal = nil
        let acknowledgement = Build.acknowledgement(of: request, errno: errno, port: socket.portID)
        if socket.deliver(acknowledgement, cost: Cost.acknowledgement), registers(request) { socket.produced = 0 }
    }

    /// Executes a request; returns 0 or an error number.
    private func answer(_ request: [UInt8], to socket: FakeSocket) -> Int32 {
        guard let (type, payload) = attribute(of: request) else { return EINVAL }
        switch (family(of: request), command(of: request), type) {
        case (16, 3, 2): return findFamily(payload, request, socket)
        case (familyID, 1, 1): return getTask(number(payload), request, socket)
        case (familyID, 1, 2): return getProcess(number(payload), request, socket)
        case (familyID, 1, 3): return changeListeners(payload) { $0.insert(socket.portID) }
        case (familyID, 1, 4): return changeListeners(payload) { $0.remove(socket.portID) }
        case (familyID, 4, 1): return getCgroup(Int32(bitPattern: number(payload)), request, socket)
        case (familyID, _, _): return EINVAL
        default: return ENOENT
        }
    }

    // MARK: Commands

    private func findFamily(_ name: [UInt8], _ request: [UInt8], _ socket: FakeSocket) -> Int32 {
        guard let familyID, name == Array("TASKSTATS".utf8) + [0] else { return ENOENT }
        let operations = Build.attribute(1, Build.attribute(1, Build.bytes(of: UInt32(1))))
        reply(
            type: 16, command: 1, version: 2,
            Build.attribute(2, text: "TASKSTATS") + Build.attribute(1, Build.bytes(of: familyID))
                + Build.attribute(3, Build.bytes(of: UInt32(1))) + Build.attribute(6, operations),
            to: request, socket)
        return 0
    }

    private func getTask(_ pid: UInt32, _ request: [UInt8], _ socket: FakeSocket) -> Int32 {
        guard let familyID, let task = tasks[pid] else { return ESRCH }
        reply(
            type: familyID, command: 2, Build.aggregate(pid: pid, task.statistics(version: version)), to: request,
            socket
        )
        return 0
    }

    /// Any thread's id is accepted and returned in the answer.
    private func getProcess(_ tid: UInt32, _ request: [UInt8], _ socket: FakeSocket) -> Int32 {
        guard let familyID, let task = tasks[tid] else { return ESRCH }
        let sums = Build.taskstats(version: version, processes[task.tgid] ?? [:])
        reply(type: familyID, command: 2, Build.aggregate(tgid: tid, sums), to: request, socket)
        return 0
    }

    /// A descriptor of anything else is a success without an answer.
    private func getCgroup(_ descriptor: Int32, _ request: [UInt8], _ socket: FakeSocket) -> Int32 {
        guard let familyID, let stats = cgroups[descriptor] else { return 0 }
        let counts = [stats.sleeping, stats.running, stats.stopped, stats.uninterruptible, stats.ioWait]
        reply(
            type: familyID, command: 5, Build.attribute(1, counts.flatMap { Build.bytes(of: $0) }), to: request, socket)
        return 0
    }

    private func changeListeners(_ list: [UInt8], _ change: (inout Set<UInt32>) -> Void) -> Int32 {
        guard !list.isEmpty else { return ERANGE }
        guard let cpus = cpus(list) else { return EINVAL }
        guard cpus.allSatisfy({ $0 < cpuCount }) else { return ERANGE }
        for cpu in cpus { change(&listeners[cpu]) }
        meanwhile?(.acknowledging)
        return 0
    }

    /// Numbers and ranges.
    ///
    /// The kernel takes the last byte for the NUL, whatever it is.
    private func cpus(_ list: [UInt8]) -> [Int]? {
        var cpus: [Int] = []
        for part in String(decoding: list.dropLast(), as: UTF8.self).split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
                return nil
            }
            cpus += first...last
        }
        return cpus
    }

    // MARK: Messages

    private func reply(
        type: UInt16, command: UInt8, version: UInt8 = 1, _ attributes: [UInt8], to request: [UInt8],
        _ socket: FakeSocket
    ) {
        let message = Build.message(
            type: type, sequence: integer(request[8..<12]), port: socket.portID,
            Build.generic(command: command, version: version, attributes))
        socket.deliver(message, cost: Cost.taskRecord)
    }

    private func family(of request: [UInt8]) -> UInt16 { UInt16(integer(request[4..<6])) }
    private func command(of request: [UInt8]) -> UInt8 { request[16] }
    private func number(_ payload: [UInt8]) -> UInt32 { integer(payload.prefix(4)) }

    private func registers(_ request: [UInt8]) -> Bool {
        family(of: request) == familyID && command(of: request) == 1 && attribute(of: request)?.type == 3
    }

    /// Returns the first attribute, which is the only one considered.
    private func attribute(of request: [UInt8]) -> (type: UInt16, payload: [UInt8])? {
        guard request.count >= 24 else { return nil }
        let end = 20 + Int(integer(request[20..<22]))
        guard end >= 24, end <= request.count else { return nil }
        return (UInt16(integer(request[22..<24])), Array(request[24..<end]))
    }

    private func integer(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
}
