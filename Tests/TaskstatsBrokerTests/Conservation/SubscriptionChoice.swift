import TaskstatsModel
import TaskstatsProtocol
import TestSupport

@testable import TaskstatsBroker

/// A client's subscription and the records that it should receive, derived from Protocol/README.md independently of the
/// broker.
struct SubscriptionChoice {
    var cpus: Set<Int>
    var endsOnly = false
    var fields = FieldSet.all
    var uids: [UInt32]?
    var minElapsedMicroseconds: UInt64?
    var onlyFailed = false
    var commandPrefix: String?
    var disconnects = false

    /// Returns a random subscription.
    static func random(cpus count: Int, _ random: inout SeededGenerator) -> SubscriptionChoice {
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        var choice = SubscriptionChoice(cpus: Set((0..<count).filter { _ in chance(50) }))
        if choice.cpus.isEmpty { choice.cpus = [Int.random(in: 0..<count, using: &random)] }
        choice.endsOnly = chance(20)
        if chance(30) { choice.fields = FieldSet(group: .identity) }
        if chance(10) { choice.fields = FieldSet(group: .io) }
        if chance(20) { choice.uids = [[0], [1000], [1001, 0]].randomElement(using: &random) }
        if chance(15) { choice.minElapsedMicroseconds = 500 }
        if chance(15) { choice.onlyFailed = true }
        if chance(15) { choice.commandPrefix = "a" }
        choice.disconnects = chance(10)
        return choice
    }

    /// The same subscription as request parameters.
    var parameters: Subscription {
        var parameters = Subscription()
        parameters.cpus = CPUSet(cpus)
        parameters.scope = endsOnly ? .process : .task
        parameters.fields = fields
        parameters.filter.uids = uids.map(Set.init)
        parameters.filter.minElapsedMicroseconds = minElapsedMicroseconds
        if onlyFailed { parameters.filter.exit = .failed }
        parameters.filter.commands = commandPrefix.flatMap { GlobPattern($0 + "*") }.map { [$0] }
        parameters.overflow = disconnects ? .disconnect : .drop
        return parameters
    }

    /// Returns whether a client should receive a task; `uid` is nil for clients with access to everything.
    func wants(_ task: EndedTask, asOnly uid: UInt32?) -> Bool {
        guard cpus.contains(task.cpu) else { return false }
        if let uid, task.uid != uid { return false }
        if endsOnly && !task.isLast { return false }
        if let uids, !uids.contains(task.uid) { return false }
        if let minElapsedMicroseconds, task.elapsedMicroseconds < minElapsedMicroseconds { return false }
        if onlyFailed, task.exit == .code(0) { return false }
        if let commandPrefix, !task.command.hasPrefix(commandPrefix) { return false }
        return true
    }

}
