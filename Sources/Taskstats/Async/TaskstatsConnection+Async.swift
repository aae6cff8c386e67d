import Glibc
import LinuxSystem
import TaskstatsProtocol

// The steps of the blocking core, with waits that suspend the task.

extension TaskstatsConnection {
    /// Connects and suspends until the daemon's handshake.
    nonisolated(nonsending) static func open(
        path: String, timeout: Duration?, before deadline: SuspendingClock.Instant?
    ) async throws -> sending TaskstatsConnection {
        var stream = LineStream(try await socket(to: path, before: deadline))
        while true {
            if let server = try stream.receivedHandshake() {
                return TaskstatsConnection(stream: stream, server: server, path: path, timeout: timeout)
            }
            try checkDeadline(before: deadline)
            try await EpollReactor.wait(for: .readable, on: stream.number, before: deadline)
            _ = try stream.receiveNow()
        }
    }

    private nonisolated(nonsending) static func socket(
        to path: String, before deadline: SuspendingClock.Instant?
    ) async throws -> Descriptor {
        do {
            if let socket = try UnixSocket.connectUnlessFull(to: path) { return socket }
            let attempt = try QueuedConnect.start(to: path, before: deadline)
            return try await attempt.socket(before: deadline)
        } catch let error as SystemError {
            throw TaskstatsError.connecting(to: path, error)
        }
    }

    /// Throws if the task was cancelled or the deadline has passed, even if the daemon sends without a break.
    private static func checkDeadline(before deadline: SuspendingClock.Instant?) throws {
        try Task.checkCancellation()
        if let deadline, deadline <= .now { throw TaskstatsError.timedOut }
    }

    /// Sends a request and suspends until its reply.
    nonisolated(nonsending) func ask<Result>(
        _ request: TypedRequest<Result>, before deadline: SuspendingClock.Instant?
    ) async throws -> Result {
        var write = try write(asking: request.call)
        while try !sendNow(&write) {
            do {
                try await EpollReactor.wait(for: .writable, on: stream.number, before: deadline)
            } catch {
                _ = abandoned(write)
                throw error
            }
        }
        while true {
            if let answer = try receivedAnswer() { return try read(answer, to: request) }
            try await receive(before: deadline)
        }
    }

    /// Suspends until data has arrived, and receives it.
    nonisolated(nonsending) func receive(before deadline: SuspendingClock.Instant? = nil) async throws {
        try Self.checkDeadline(before: deadline)
        // Under load data is usually available without waiting.
        while try !receiveNow() { try await EpollReactor.wait(for: .readable, on: stream.number, before: deadline) }
    }
}
