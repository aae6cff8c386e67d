import TaskstatsModel

/// What stands first in a recording: what was recorded, where, when and by whom.
///
/// A recording is a stream of the daemon kept in a file. Each of its lines is a notification, the header and the footer
/// as well, so whatever reads the protocol reads a recording and passes over what it does not know.
package struct RecordingHeader: Hashable, Sendable {
    /// The `method` of its line.
    package static let method = "recording"
    /// The name of the format.
    package static let format = "taskstats-recording"
    /// The version of the format; readers of one version read every line of a later one that they know.
    package static let version = 1

    /// The version of the format of this recording.
    package var version = Self.version
    /// The release of the command that wrote it.
    package var writer = Release.version
    /// The name of the host.
    package var host: String
    /// When it began, in nanoseconds since 1970.
    package var start: UInt64
    /// What the daemon said of itself; its limits are not kept.
    package var hello: Hello
    /// What was in force.
    package var subscription: SubscribeParameters

    /// The header of a recording that begins now.
    package init(host: String, start: UInt64, hello: Hello, subscription: SubscribeParameters) {
        self.host = host
        self.start = start
        self.hello = hello
        self.subscription = subscription
    }
}

extension RecordingHeader {
    /// The line, with its newline.
    package var line: ByteBuffer {
        ServerLine.notification(Self.method) { writer in
            writer.member("format", Self.format)
            writer.member("version", version)
            writer.member("tsctl", self.writer)
            writer.member("host", host)
            writer.member("start", start)
            writer.member("server", hello.server)
            writer.member("protocol", hello.protocolVersion)
            writer.member("instance", hello.instance)
            writer.key("kernel")
            writer.object { writer in
                writer.member("release", hello.kernelRelease)
                writer.member("taskstats_version", hello.taskstatsVersion)
            }
            writer.key("cpus")
            writer.object { writer in
                writer.member("possible", hello.possibleCPUs)
                writer.member("online", hello.onlineCPUs)
            }
            if let delayAccounting = hello.delayAccounting { writer.member("delay_accounting", delayAccounting) }
            writer.key("you")
            writer.object { writer in
                writer.member("uid", hello.uid)
                writer.member("access", hello.access.rawValue)
            }
            writer.key("subscription")
            writer.object { subscription.writeInForce(to: &$0) }
        }
    }

    /// Reads `params`; nil when it is the header of something else, or of a recording that cannot be understood.
    init?(_ params: JSONValue) {
        guard params["format"]?.string == Self.format, let version = params["version"]?.integer,
            version == Self.version, let hello = Hello(params)
        else { return nil }
        self.init(
            host: params["host"]?.string ?? "",
            start: params["start"]?.integer.flatMap(UInt64.init(exactly:)) ?? 0, hello: hello,
            subscription: SubscribeParameters(inForce: params["subscription"]))
        writer = params["tsctl"]?.string ?? ""
    }
}

extension SubscribeParameters {
    /// Reads what was in force, leniently: what this release does not know is passed over.
    fileprivate init(inForce value: JSONValue?) {
        self.init()
        guard let value else { return }
        cpus = value["cpus"]?.string ?? cpus
        scope = value["scope"]?.string.flatMap(RecordScope.init) ?? scope
        if let names = value["fields"]?.elements {
            fields = FieldSet(names.compactMap { $0.string.flatMap(Field.init(name:)) })
        }
        if let text = value["filter"], let filter = try? RecordFilter(params: text) { self.filter = filter }
    }
}
