import TaskstatsModel

@testable import TaskstatsProtocol

extension ExitRecord {
    /// Returns a process of one thread with only a name, a number of milliseconds after the examples' start.
    static func golden(
        cpu: Int, _ sequence: UInt64, after milliseconds: UInt64, pid: UInt32, _ command: String, code: UInt8 = 0
    ) -> ExitRecord {
        ExitRecord(
            cpu: cpu, sequence: sequence, time: goldenTime + milliseconds * 1_000_000, pid: pid, tgid: pid,
            isLast: true,
            exit: .code(code), task: TaskRecord(.task, [:], command: command), process: nil)
    }

    /// The examples' start.
    static let goldenTime: UInt64 = 1_795_420_000_123_456_789
}

extension GoldenExchange {
    /// Returns the answer to a subscription.
    static func subscribed(
        _ id: Int64, cpus: [Int], _ parameters: Subscription, nextIndex: UInt64 = 1, next: [Int: UInt64] = [:]
    ) -> GoldenExchange {
        var effective = parameters
        effective.cpus = CPUSet(cpus)
        return .daemon(
            ServerLine.subscribed(.integer(id), effective, nextIndex: nextIndex) { next[$0] ?? 1 },
            .reply(
                id: id,
                .subscription(cpus: effective.cpus, fields: effective.fields, position: nextIndex - 1)))
    }

    /// Returns a subscription to command names on these CPUs, and its answer.
    static func subscribesToNames(_ list: String, cpus: [Int]) -> [GoldenExchange] {
        var parameters = Subscription()
        parameters.fields = [.acComm]
        return [
            .client(Request(id: .integer(1), call: .subscribe(parameters, cpuList: list))),
            .subscribed(1, cpus: cpus, parameters),
        ]
    }
}
