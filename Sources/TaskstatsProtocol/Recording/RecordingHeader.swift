import TaskstatsModel

/// The first line of a recording: the subscription, the host, the time and the user.
///
/// A recording is a stream of the daemon saved in a file. Each of its lines is a notification, including the header and
/// the footer, so any reader of the protocol can read a recording and skip what it does not know.
package struct RecordingHeader: Hashable, Sendable {
    /// The `method` of its line.
    package static let method = "recording"
    /// The name of the format.
    package static let format = "taskstats-recording"
    /// The version of the format; readers of one version read every line that they know of a later one.
    package static let version = 1

    /// The version of the format of this recording.
    package var version = Self.version
    /// The release of the command that wrote it.
    package var writer = Release.version
    /// The name of the host.
    package var host: String
    /// The start of the recording, in nanoseconds since 1970.
    package var start: UInt64
    /// The daemon; its limits are not recorded.
    package var server: ServerInfo
    /// The effective subscription.
    package var subscription: Subscription

    /// Creates the header of a recording that begins now.
    package init(host: String, start: UInt64, server: ServerInfo, subscription: Subscription) {
        self.host = host
        self.start = start
        self.server = server
        self.subscription = subscription
    }
}

extension RecordingHeader {
    /// The line, with its newline.
    package var line: ByteBuffer {
        ServerLine.notification(Self.method) { writer in
            writer.field("format", Self.format)
            writer.field("version", version)
            writer.field("tsctl", self.writer)
            writer.field("host", host)
            writer.field("start", start)
            writer.field("server", server.server)
            writer.field("protocol", server.protocolVersion)
            writer.field("instance", server.instance)
            writer.key("kernel")
            writer.object { writer in
                writer.field("release", server.kernelRelease)
                writer.field("taskstats_version", server.taskstatsVersion)
                if let tick = server.tick { writer.field("tick_ns", tick.wholeNanoseconds) }
                if let isComplete = server.processSumsAreComplete { writer.field("tgid_sums_complete", isComplete) }
            }
            writer.key("cpus")
            writer.object { writer in
                writer.field("possible", server.possibleCPUs.description)
                writer.field("online", server.onlineCPUs.description)
            }
            if let delayAccounting = server.delayAccounting { writer.field("delay_accounting", delayAccounting) }
            writer.key("you")
            writer.object { writer in
                writer.field("uid", server.uid)
                writer.field("access", server.access.rawValue)
            }
            writer.key("subscription")
            writer.object { subscription.writeEffective(to: &$0) }
        }
    }

    /// Decodes `params`; nil for the header of another format, or of an unsupported recording.
    init?(_ params: JSONValue) {
        guard params["format"]?.string == Self.format, let version = params["version"]?.integer,
            version == Self.version, let server = ServerInfo(params)
        else { return nil }
        self.init(
            host: params["host"]?.string ?? "",
            start: params["start"]?.integer.flatMap(UInt64.init(exactly:)) ?? 0, server: server,
            subscription: Subscription(effective: params["subscription"]))
        writer = params["tsctl"]?.string ?? ""
    }
}

extension Subscription {
    /// Decodes the effective parameters, leniently: anything unknown to this release is skipped.
    fileprivate init(effective value: JSONValue?) {
        self.init()
        guard let value else { return }
        cpus = value["cpus"]?.string.flatMap { try? CPUSet(kernelList: $0) } ?? cpus
        scope = value["scope"]?.string.flatMap(RecordScope.init) ?? scope
        if let names = value["fields"]?.elements {
            fields = FieldSet(names.compactMap { $0.string.flatMap(Field.init(name:)) })
        }
        origin = value["origin"]?.bool ?? false
        starts = value["starts"]?.bool ?? false
        since = value["since"].flatMap { try? HistoryStart(params: $0) }
        if let text = value["filter"], let filter = try? RecordFilter(params: text) { self.filter = filter }
    }
}
