import TestSupport
import Testing

extension SystemTests {
    /// Requests need not wait for answers.
    @Suite struct PipelineTests {
        @Test func `a client with far more requests than its queue has room for gets every answer, in order`() throws {
            let daemon = try RunningDaemon(["--queue-bytes", "65536"])
            let result = try Host.run(["python3", Script.path("pipeline.py"), daemon.socket, "3000", "describe"])
            #expect(result.output == "greeting and all answers in order\n", "\(result.errors)")
        }
    }
}
