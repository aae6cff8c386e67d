import TaskstatsClient
import TaskstatsProtocol

extension ExitStatus {
    /// Writes how a task ended, as the protocol does.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            switch self {
            case .code(let code):
                writer.member("code", code)
            case .signal(let signal, let coreDumped):
                writer.member("signal", signal)
                writer.member("name", SignalName.of(signal))
                writer.member("core", coreDumped)
            }
        }
    }
}
