import Glibc
import Taskstats
import TaskstatsProtocol

/// The adapter of the Swift library for the conformance kit: see Protocol/conformance/README.md.
///
/// With `--blocking` it uses ``TaskstatsConnection`` alone, otherwise ``TaskstatsClient`` where that reconnects.
@main struct ConformanceClient {
    /// The socket on which the kit listens.
    static let path = unsafe getenv("TASKSTATS_SOCKET").map { unsafe String(cString: $0) } ?? ""

    private static let isBlocking = CommandLine.arguments.contains("--blocking")

    static func main() async {
        Events.ready()
        while let line = readLine() {
            let words = line.split(separator: " ", maxSplits: 1)
            do throws(TaskstatsError) {
                try await run(String(words[0]), params: String(words[1]))
            } catch {
                Events.error(error)
            }
        }
    }

    private static func run(_ command: String, params: String) async throws(TaskstatsError) {
        let call = request(method: command == "get" ? "get" : "subscribe", params: params)
        switch call {
        case .get(let target, let fields, _): try Blocking.get(target, fields)
        case .subscribe(let subscription, _):
            if command == "subscribe" {
                try Blocking.subscribe(subscription)
            } else if isBlocking {
                try Blocking.follow(subscription)
            } else {
                try await Async.follow(subscription)
            }
        case .unsubscribe, .status, .describe: preconditionFailure("no command of the kit")
        }
    }

    private static func request(method: String, params: String) -> Request.Call {
        let line = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
        let decoded = unsafe Array(line.utf8).withUnsafeBytes { line in
            Result { () throws(RequestDecoder.Failure) in unsafe try RequestDecoder.decode(line) }
        }
        switch decoded {
        case .success(let request): return request.call
        case .failure(let failure): preconditionFailure("a command of a case is wrong: \(failure.error.message)")
        }
    }
}
