import Glibc
import LinuxSystem
import Synchronization
import TaskstatsProtocol

/// A daemon that follows a script for each connection, in order of arrival, on a socket in a temporary directory.
///
/// A script runs on its own thread from the time when the client has connected, and the connection ends with it. Errors
/// and requests are kept for the test, which gets them from `finish`.
package final class FakeDaemon: Sendable {
    /// The script of a connection with a client.
    package typealias Script = @Sendable (FakePeer) throws -> Void

    private let directory: TemporaryDirectory
    private let state: State

    private final class State: Sendable {
        let requests = Mutex<[Request]>([])
        let failure = Mutex<String?>(nil)
        let threads = Mutex<[BackgroundThread]>([])
    }

    /// Starts listening, with a script for the only connection.
    package convenience init(_ script: @escaping Script) throws { try self.init(serving: [script]) }

    /// Starts listening, with a script for each connection.
    package init(serving scripts: [Script]) throws {
        let directory = try TemporaryDirectory()
        let state = State()
        let listener = try UnixSocket.bind(to: directory.file("socket"))
        let number = dup(listener.number)
        guard listen(number, Int32(scripts.count)) == 0 else { throw SystemError.last("listen") }
        try Self.serve(scripts[...], from: number, state)
        self.directory = directory
        self.state = state
    }

    /// Serves the next connection with the first script, and starts serving later ones with the others.
    private static func serve(_ scripts: ArraySlice<Script>, from listener: Int32, _ state: State) throws {
        guard let script = scripts.first else { return }
        let thread = try BackgroundThread {
            do {
                let peer = try FakePeer(acceptedFrom: listener) { request in
                    state.requests.withLock { $0.append(request) }
                }
                try serve(scripts.dropFirst(), from: listener, state)
                try script(peer)
            } catch {
                state.failure.withLock { $0 = "\(error)" }
            }
            if scripts.count == 1 { close(listener) }
        }
        state.threads.withLock { $0.append(thread) }
    }

    /// The path of the socket.
    package var path: String { directory.file("socket") }

    /// The methods of the requests so far.
    package var methods: [String] { state.requests.withLock { $0.map(\.call.method) } }

    /// Waits until a request of this method has come.
    package func waitForRequest(_ method: String) throws {
        try wait(for: "the request \(method)") { methods.contains(method) }
    }

    /// Waits for the end of the scripts and returns the requests; throws the error of a script.
    @discardableResult
    package func finish() throws -> [Request] {
        // Each thread has started the next one before it ends.
        var joined = 0
        while let thread = state.threads.withLock({ $0.dropFirst(joined).first }) {
            try thread.join()
            joined += 1
        }
        if let failure = state.failure.withLock({ $0 }) { throw FakePeer.Failure(description: failure) }
        return state.requests.withLock { $0 }
    }
}
