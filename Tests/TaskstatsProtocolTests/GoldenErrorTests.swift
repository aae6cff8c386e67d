import TaskstatsModel
import Testing

@testable import TaskstatsProtocol

@Suite struct GoldenErrorTests {
    /// A line that the decoder refuses, and its answer.
    private func refused(_ line: String, _ error: ProtocolError, id: Int64?) -> [GoldenExchange] {
        [.client(line, refused: error, id: id.map(RequestID.integer)), .error(id, error)]
    }

    /// A valid request that cannot be fulfilled.
    private func failed(_ id: Int64, _ call: Request.Call, _ error: ProtocolError) -> [GoldenExchange] {
        [.client(Request(id: .integer(id), call: call)), .error(id, error)]
    }

    @Test func `there is one error of each name`() throws {
        let turns = [
            refused(
                String(repeating: "[", count: 17), ProtocolError(.parseError, "nested deeper than 16 levels"), id: nil),
            refused(
                #"[{"jsonrpc":"2.0","id":1,"method":"status"}]"#,
                ProtocolError(.invalidRequest, "a request must be an object; batches are not supported"), id: nil
            ),
            refused(
                #"{"jsonrpc":"2.0","id":2,"method":"set"}"#,
                ProtocolError(
                    .methodNotFound, "no method 'set'; known: get, subscribe, unsubscribe, status and describe"),
                id: 2),
            refused(
                #"{"jsonrpc":"2.0","id":3,"method":"subscribe","params":{"cpus":3}}"#,
                .invalidParams("cpus", "must be a string with a list like 0-3,8 or all"), id: 3),
            failed(4, .status, ProtocolError(.internalError, "internal error (see the log of the daemon)")),
            failed(
                5, .get(.pid(1), fields: .all),
                ProtocolError(
                    .permissionDenied, "task 1 is not yours, or has other privileges or namespaces than you",
                    errno: "EPERM")),
            failed(
                6, .get(.pid(2_147_483_647), fields: .all),
                ProtocolError(.noSuchTask, "no task with id 2147483647", errno: "ESRCH")),
            failed(
                7, .subscribe(Subscription(), cpuList: "all"),
                ProtocolError(
                    .limitExceeded, "limit reached (requests_per_second: 5000 of 5000 in use)",
                    limit: .init("requests_per_second", allowed: 5_000, used: 5_000))),
            failed(
                8, .get(.tgid(1), fields: .all),
                ProtocolError(.kernelError, "the kernel refused to get tgid 1: ENOMEM", errno: "ENOMEM")),
            failed(
                9, .get(.cgroup("/sys/fs/cgroup/user.slice"), fields: .all),
                ProtocolError(
                    .unavailable,
                    "/sys/fs/cgroup/user.slice is a cgroup of version 2, which cgroupstats does not support")),
        ]
        try GoldenConversation.expect("errors", turns.flatMap(\.self))
        let names = try GoldenConversation("errors").lines.filter { $0.sender == .daemon }.map { line in
            try JSONDocument.read(line.text)["error"]?["data"]?["name"]?.string
        }
        #expect(names == ProtocolError.Name.allCases.map(\.rawValue))
    }
}
