import TestSupport
import Testing

extension SystemTests {
    @Suite("Requests need not wait for answers")
    struct PipelineTests {
        @Test("A client that sends far more requests than its queue can hold answers for gets every answer, in order")
        func everyAnswer() throws {
            let daemon = try RunningDaemon(["--queue-bytes", "65536"])
            let result = try Host.run(["python3", Script.path("pipeline.py"), daemon.socket, "3000", "describe"])
            #expect(result.output == "greeting and all answers in order\n", "\(result.errors)")
        }
    }
}
