import LinuxSystem
import TaskstatsModel
import TaskstatsProtocol

/// A request and the decoder of its result, shared by the blocking core and ``TaskstatsClient``.
struct TypedRequest<Result: Sendable>: Sendable {
    let call: Request.Call
    /// Decodes the result; returns nil for a reply to another kind of request.
    let read: @Sendable (ServerEvent.Reply) -> Result?
}

extension TypedRequest where Result == TaskRecord {
    static func stats(ofTask pid: some BinaryInteger, fields: FieldSet) throws(TaskstatsError) -> TypedRequest {
        TypedRequest(of: .pid(try taskID(pid, "pid")), fields)
    }

    static func stats(ofProcess tgid: some BinaryInteger, fields: FieldSet) throws(TaskstatsError) -> TypedRequest {
        TypedRequest(of: .tgid(try taskID(tgid, "tgid")), fields)
    }

    init(of target: QueryTarget, _ fields: FieldSet) {
        self.init(call: .get(target, fields: fields)) { if case .stats(let record, _) = $0 { record } else { nil } }
    }

    fileprivate static func taskID(_ id: some BinaryInteger, _ parameter: String) throws(TaskstatsError) -> UInt32 {
        guard let number = Int32(exactly: id), number > 0 else {
            throw TaskstatsError(
                .invalidParameters, "\(parameter): must be an integer from 1 to \(Int32.max)", parameter: parameter)
        }
        return UInt32(number)
    }
}

extension TypedRequest where Result == ProcessOrigin? {
    static func origin(ofProcess tgid: some BinaryInteger) throws(TaskstatsError) -> TypedRequest {
        let target = QueryTarget.tgid(try TypedRequest<TaskRecord>.taskID(tgid, "tgid"))
        return TypedRequest(call: .get(target, fields: FieldSet([.version]), origin: true)) { reply in
            if case .stats(_, let origin) = reply { .some(origin) } else { nil }
        }
    }
}

extension TypedRequest where Result == CgroupStats {
    static func stats(ofCgroup path: String) -> TypedRequest {
        TypedRequest(call: .get(.cgroup(path), fields: .all)) { if case .cgroup(let stats) = $0 { stats } else { nil } }
    }
}

extension TypedRequest where Result == DaemonStatus {
    static var status: TypedRequest {
        TypedRequest(call: .status) { if case .status(let status) = $0 { status } else { nil } }
    }
}

/// The answer to a subscription.
struct SubscriptionAnswer {
    /// The effective subscription.
    var effective: Subscription
    /// The index before the next record that the daemon routes; nil if it does not number records.
    var position: UInt64?
    /// When the subscription was requested, in nanoseconds since 1970.
    var requestTime: UInt64

    /// Returns where the subscription starts: what the daemon keeps comes before the next record.
    ///
    /// A duration is the time that it meant, so that a later subscription starts at the same point.
    func start(at server: ServerInfo) -> HistoryStart? {
        switch effective.since {
        case .ago(let duration): .time(requestTime - min(duration.wholeNanoseconds, requestTime))
        case let since?: since
        case nil: position.map { .after(instance: server.instance, index: $0) }
        }
    }
}

extension TypedRequest where Result == SubscriptionAnswer {
    /// Subscribes.
    static func subscribe(_ subscription: Subscription) -> TypedRequest {
        let requestTime = SystemClock.realtimeNanoseconds
        return TypedRequest(call: .subscribe(subscription, cpuList: subscription.cpus.description)) { reply in
            guard case .subscription(let cpus, let fields, let position) = reply else { return nil }
            var effective = subscription
            effective.cpus = cpus
            effective.fields = fields
            return SubscriptionAnswer(effective: effective, position: position, requestTime: requestTime)
        }
    }
}

extension TypedRequest where Result == Void {
    static var unsubscribe: TypedRequest { TypedRequest(call: .unsubscribe) { _ in () } }
}
