import Glibc
import LinuxSystem
import TaskstatsProtocol

// The same steps as in the blocking core, with waits that suspend the task.

extension TaskstatsConnection {
    /// Connects and suspends until the daemon has greeted.
    nonisolated(nonsending) static func open(
        path: String, timeout: Duration?, before deadline: SuspendingClock.Instant?
    ) async throws -> sending TaskstatsConnection {
        var stream = LineStream(try await socket(to: path, before: deadline))
        while true {
            if let server = try stream.receivedGreeting() {
                return TaskstatsConnection(stream: stream, server: server, path: path, timeout: timeout)
            }
            try await Readiness.wait(for: .readable, on: stream.number, before: deadline)
            _ = try stream.receiveNow()
        }
    }

    /// The kernel does not tell when a listener has room for another connection: ask again now and then.
    private nonisolated(nonsending) static func socket(
        to path: String, before deadline: SuspendingClock.Instant?
    ) async throws -> Descriptor {
        while true {
            do throws(SystemError) {
                return try UnixSocket.connectNow(to: path)
            } catch {
                let isLate = deadline.map { SuspendingClock.now >= $0 } ?? false
                guard error.errno == EAGAIN, !isLate else { throw TaskstatsError.connecting(to: path, error) }
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Asks and suspends until it is answered.
    nonisolated(nonsending) func ask<Result>(
        _ question: Question<Result>, before deadline: SuspendingClock.Instant?
    ) async throws -> Result {
        var letter = try letter(asking: question.call)
        while try !sendNow(&letter) {
            do {
                try await Readiness.wait(for: .writable, on: stream.number, before: deadline)
            } catch {
                _ = abandoned(letter)
                throw error
            }
        }
        while true {
            if let answer = try receivedAnswer() { return try read(answer, to: question) }
            try await receive(before: deadline)
        }
    }

    /// Suspends until something has arrived, and takes it in.
    nonisolated(nonsending) func receive(before deadline: SuspendingClock.Instant? = nil) async throws {
        // When much comes there is no need to ask first.
        while try !receiveNow() { try await Readiness.wait(for: .readable, on: stream.number, before: deadline) }
    }
}
