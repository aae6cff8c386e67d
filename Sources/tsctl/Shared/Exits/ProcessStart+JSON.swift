import Taskstats
import TaskstatsProtocol

extension ProcessStart {
    /// A line of JSON without the keys of an exit, with those of the protocol's own `start`.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("start")
            writer.object { self.write(to: &$0) }
        }
        return writer.finish().array
    }
}
