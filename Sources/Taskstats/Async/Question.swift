import TaskstatsModel
import TaskstatsProtocol

/// A request and the decoder of its result, shared by the blocking core and ``TaskstatsClient``.
struct Question<Result: Sendable>: Sendable {
    let call: Request.Call
    /// Decodes the result; returns nil for a reply to another kind of request.
    let read: @Sendable (ServerEvent.Reply) -> Result?
}

extension Question where Result == TaskRecord {
    static func stats(ofTask pid: some BinaryInteger, fields: FieldSet) throws(TaskstatsError) -> Question {
        Question(of: .pid(try taskID(pid, "pid")), fields)
    }

    static func stats(ofProcess tgid: some BinaryInteger, fields: FieldSet) throws(TaskstatsError) -> Question {
        Question(of: .tgid(try taskID(tgid, "tgid")), fields)
    }

    init(of target: QueryTarget, _ fields: FieldSet) {
        self.init(call: .get(target, fields: fields)) { if case .stats(let record) = $0 { record } else { nil } }
    }

    private static func taskID(_ id: some BinaryInteger, _ parameter: String) throws(TaskstatsError) -> UInt32 {
        guard let number = Int32(exactly: id), number > 0 else {
            throw TaskstatsError(
                .invalidParameters, "\(parameter): must be an integer from 1 to \(Int32.max)", parameter: parameter)
        }
        return UInt32(number)
    }
}

extension Question where Result == CgroupStats {
    static func stats(ofCgroup path: String) -> Question {
        Question(call: .get(.cgroup(path), fields: .all)) { if case .cgroup(let stats) = $0 { stats } else { nil } }
    }
}

extension Question where Result == DaemonStatus {
    static var status: Question {
        Question(call: .status) { if case .status(let status) = $0 { DaemonStatus(status) } else { nil } }
    }
}

extension Question where Result == Subscription {
    /// Subscribes; the result is the effective subscription, with the CPUs as a plain list.
    static func subscribe(_ subscription: Subscription) -> Question {
        Question(call: .subscribe(SubscribeParameters(subscription))) { reply in
            guard case .subscription(let cpus, let fields) = reply else { return nil }
            var inForce = subscription
            inForce.cpus = cpus
            inForce.fields = fields
            return inForce
        }
    }
}

extension Question where Result == Void {
    static var unsubscribe: Question { Question(call: .unsubscribe) { _ in () } }
}
