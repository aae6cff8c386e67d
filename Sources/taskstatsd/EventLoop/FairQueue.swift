import TaskstatsBroker

/// Connections with work, in an order that is fair to their principals regardless of how many connections each has.
///
/// Start-time fair queuing: each principal has a virtual time, which advances by the CPU time of its work, and the
/// principal with the lowest virtual time is next. A principal that was idle continues at the virtual time of the work
/// that was started last, or a fixed allowance before it. So a principal with occasional requests is served before the
/// next piece of any pipeline, idle time is not saved up beyond the allowance, and busy principals share the time
/// evenly.
struct FairQueue {
    private struct Backlog {
        var connections: [ClientConnection] = []
        /// The virtual time at which its next piece of work starts.
        var time: UInt64
        /// A counter value of when it got work or was last served.
        var arrival: UInt64 = 0
    }

    /// How far a principal's usage may lag behind that of others, in nanoseconds.
    private static let allowance: UInt64 = 10_000_000

    /// The principals with work, and idle ones.
    private var backlogs: [Principal: Backlog] = [:]
    /// The number of principals with work.
    private var principals = 0
    private var arrivals: UInt64 = 0
    /// The virtual time at which the last piece of work started.
    private var time = Self.allowance

    /// Whether more than one principal has work.
    var isContended: Bool { principals > 1 }

    /// Whether there is no work.
    var isEmpty: Bool { principals == 0 }

    /// The number of principals whose virtual time is kept.
    var rememberedPrincipals: Int { backlogs.count }

    /// Adds a connection behind the others of its principal.
    mutating func append(_ connection: ClientConnection) {
        let principal = connection.principal
        if backlogs[principal]?.connections.isEmpty ?? true {
            principals += 1
            arrivals += 1
            let earliest = time - Self.allowance
            backlogs[principal] = Backlog(time: max(backlogs[principal]?.time ?? 0, earliest), arrival: arrivals)
        }
        backlogs[principal]?.connections.append(connection)
    }

    /// Removes a closed connection, and with it the last reference to its descriptor.
    mutating func remove(_ connection: ClientConnection) {
        let principal = connection.principal
        guard let count = backlogs[principal]?.connections.count, count > 0 else { return }
        backlogs[principal]?.connections.removeAll { $0 === connection }
        if backlogs[principal]?.connections.isEmpty ?? true { principals -= 1 }
    }

    /// Removes and returns the next connection.
    mutating func next() -> ClientConnection? {
        let waiting = backlogs.lazy.filter { !$0.value.connections.isEmpty }
        guard let principal = waiting.min(by: { rank($0.value) < rank($1.value) })?.key else { return nil }
        time = max(time, backlogs[principal]?.time ?? 0)
        arrivals += 1
        backlogs[principal]?.arrival = arrivals
        let connection = backlogs[principal]?.connections.removeFirst()
        if backlogs[principal]?.connections.isEmpty ?? true { principals -= 1 }
        return connection
    }

    /// Ranks principals that have used less than all others first, in order of arrival.
    private func rank(_ backlog: Backlog) -> (UInt64, UInt64) {
        (backlog.time < time ? 0 : backlog.time, backlog.arrival)
    }

    /// Charges a principal for the CPU time of its last piece of work.
    mutating func charge(_ nanoseconds: UInt64, to principal: Principal) {
        backlogs[principal]?.time += nanoseconds
        let manyPrincipals = 256
        if backlogs.count > manyPrincipals { forgetIdle() }
    }

    /// Removes principals without work whose virtual time is not ahead.
    private mutating func forgetIdle() {
        backlogs = backlogs.filter { !$0.value.connections.isEmpty || $0.value.time > time }
    }
}
