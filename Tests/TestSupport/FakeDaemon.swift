import Glibc
import LinuxSystem
import Synchronization
import TaskstatsProtocol

/// A daemon for one client that follows a script, on a socket in a directory of its own.
///
/// The script runs on a thread of its own, from the moment when the client has connected; the connection ends with it.
/// What went wrong in it, and every request, are kept for the test to look at after `finish`.
package final class FakeDaemon: Sendable {
    /// What the script says to the client and hears from it.
    package typealias Script = @Sendable (FakePeer) throws -> Void

    private let directory: TemporaryDirectory
    private let thread: BackgroundThread
    private let state: State

    private final class State: Sendable {
        let requests = Mutex<[Request]>([])
        let failure = Mutex<String?>(nil)
    }

    /// Starts to listen and leaves the rest to the script.
    package init(_ script: @escaping Script) throws {
        let directory = try TemporaryDirectory()
        let state = State()
        let listener = try UnixSocket.bind(to: directory.file("socket"))
        let number = dup(listener.number)
        guard listen(number, 1) == 0 else { throw SystemError.last("listen") }
        thread = try BackgroundThread {
            do {
                try script(
                    FakePeer(acceptedFrom: number) { request in state.requests.withLock { $0.append(request) } })
            } catch {
                state.failure.withLock { $0 = "\(error)" }
            }
            close(number)
        }
        self.directory = directory
        self.state = state
    }

    /// Where it listens.
    package var path: String { directory.file("socket") }

    /// The methods of the requests that came so far.
    package var methods: [String] { state.requests.withLock { $0.map(\.call.method) } }

    /// Waits for the end of the script and returns the requests that came; throws what the script threw.
    @discardableResult
    package func finish() throws -> [Request] {
        thread.join()
        if let failure = state.failure.withLock({ $0 }) { throw FakePeer.Failure(description: failure) }
        return state.requests.withLock { $0 }
    }
}
