import CLinux
import Glibc
import LinuxSystem
import Logging
import TaskstatsBroker
import TaskstatsProtocol

/// Queries of the kernel, each of which may not return, and the thread that takes over the loop then.
///
/// A thread that has lost the loop in a query returns from every function of the loop without touching the daemon: each
/// function that can contain a query checks ``LoopOwnership/isMine`` behind it, or returns false.
extension Daemon {
    /// How many queries may be blocked at the same time.
    private enum BlockedLimit {
        static let perPrincipal = 1
        static let ordinary = 4
        static let privileged = 3
    }

    /// Answers a query; false when another thread runs the loop now, to which the answer goes later.
    func answer(_ query: Broker.Query, from connection: ClientConnection, for call: Request.Call) -> Bool {
        let queries: KernelQueries
        do throws(ProtocolError) {
            try checkBlockedQueries(of: connection.principal)
            if let idle = idleQueries.popLast() { queries = idle } else { queries = try newQueries() }
        } catch {
            respond(to: query, .refusal(error), for: call)
            return true
        }
        // Only ordinary principals are charged for a query that blocks.
        let begun = connection.principal.isPrivileged ? nil : SystemClock.threadCPUNanoseconds
        let now = SystemClock.monotonicNanoseconds
        let validator = validators.validator(at: now)
        connection.isAwaitingAnswer = true
        querying = connection
        ownership.beginCall(at: now)
        let answer = queries.answer(query, validator)
        guard ownership.endCall() else {
            lateAnswers.add(
                LateAnswer(
                    query: query, answer: answer, queries: queries, principal: connection.principal,
                    nanoseconds: begun.map { SystemClock.threadCPUNanoseconds - $0 } ?? 0))
            return false
        }
        querying = nil
        connection.isAwaitingAnswer = false
        idleQueries.append(queries)
        respond(to: query, answer, for: call)
        return true
    }

    private func respond(to query: Broker.Query, _ answer: Broker.QueryAnswer, for call: Request.Call? = nil) {
        if case .refusal(let error) = answer, let call { logRefusal(of: call, to: query.client, error) }
        broker.answer(query, with: answer)
    }

    private func newQueries() throws(ProtocolError) -> KernelQueries {
        do throws(SystemError) {
            return try makeQueries()
        } catch {
            throw ProtocolError(kernel: .system(error))
        }
    }

    /// Refuses a query while others of the principal, or too many in all, are blocked.
    private func checkBlockedQueries(of principal: Principal) throws(ProtocolError) {
        guard !blockedQueries.isEmpty else { return }
        let alike = blockedQueries.filter { $0.key.isPrivileged == principal.isPrivileged }.values.reduce(0, +)
        let own = blockedQueries[principal] ?? 0
        let limit =
            if principal.isPrivileged {
                (allowed: BlockedLimit.privileged, used: alike)
            } else if own >= BlockedLimit.perPrincipal {
                (allowed: BlockedLimit.perPrincipal, used: own)
            } else {
                (allowed: BlockedLimit.ordinary, used: alike)
            }
        guard limit.used >= limit.allowed else { return }
        let reached = ProtocolError.Limit("blocked_queries", allowed: limit.allowed, used: limit.used)
        throw ProtocolError(
            .limitExceeded, "the kernel has not answered earlier queries: \(reached.text)", limit: reached)
    }

    /// Passes on the answers to queries during which the loop changed its thread.
    func takeLateAnswers() {
        for late in lateAnswers.takeAll() {
            if idleQueries.isEmpty { idleQueries.append(late.queries) }
            let left = (blockedQueries[late.principal] ?? 1) - 1
            blockedQueries[late.principal] = left > 0 ? left : nil
            if late.principal.isPrivileged {
                privilegedRequests.charge(late.nanoseconds, to: late.principal)
            } else {
                ordinaryRequests.charge(late.nanoseconds, to: late.principal)
            }
            guard let connection = connections[late.query.client] else { continue }
            connection.isAwaitingAnswer = false
            respond(to: late.query, late.answer)
            enqueue(connection)
            flush(connection)
        }
    }

    // MARK: Threads

    private struct Standby: @unchecked Sendable {
        let daemon: Daemon
    }

    /// Starts the thread that runs the loop when a query of the calling thread does not return.
    func startStandby() throws(SystemError) {
        guard clinux_allow_interruption() == 0 else { throw .last("sigaction") }
        try WorkerThread(Standby(daemon: self)) { $0.daemon.standBy() }.detach()
    }

    private func standBy() {
        ownership.waitForBlockedCall()
        monitor.loopMoved()
        do throws(SystemError) {
            try startStandby()
        } catch {
            log.error("the next query that does not return blocks the daemon", metadata: ["error": "\(error)"])
        }
        if let connection = querying {
            querying = nil
            blockedQueries[connection.principal, default: 0] += 1
            if let failures = blockedLog.failed(at: SystemClock.monotonicNanoseconds) {
                log.warning(
                    "the kernel does not answer a query; another thread runs the loop",
                    metadata: ["uid": "\(connection.principal.uid)", "times": "\(failures)"])
            }
            flush(connection)
        }
        mustIterate = true
        do {
            guard let signal = try serveUntilSignal() else { return }
            stop(signal.name)
            end(nil, signal.exitStatus)
        } catch {
            stop("none")
            end("\(error)", 1)
        }
    }

    /// Leaves the process to the thread that runs the loop.
    func waitForEnd() -> Never {
        while true { pause() }
    }
}

/// The answer to a query during which another thread took over the loop, on its way to that thread.
struct LateAnswer: Sendable {
    let query: Broker.Query
    let answer: Broker.QueryAnswer
    /// What queried the kernel, and can do so again.
    let queries: KernelQueries
    let principal: Principal
    /// The CPU time that the query took.
    let nanoseconds: UInt64
}
