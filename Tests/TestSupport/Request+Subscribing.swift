import TaskstatsModel
import TaskstatsProtocol

extension Request.Call {
    /// Returns a subscription to the CPUs of this set.
    package static func subscribe(_ subscription: Subscription) -> Request.Call {
        .subscribe(subscription, cpuList: subscription.cpus.description)
    }

    /// The subscription and its list of CPUs; nil for another method.
    package var subscription: (Subscription, cpuList: String)? {
        if case .subscribe(let subscription, let cpuList) = self { (subscription, cpuList) } else { nil }
    }
}
