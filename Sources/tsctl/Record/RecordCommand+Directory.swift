import CommandSupport
import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol

extension RecordCommand {
    /// Records into a directory until Ctrl-C.
    func record(into path: String) throws {
        let directory = RecordingDirectory(path: path)
        let lock = try Self.lock(directory)
        let progress = ProgressLine()
        var recorder = DirectoryRecorder(
            directory, limits: try retention.limits,
            connect: { try connection.connect() },
            subscribe: { connection, position in
                let wanted = fields?.set ?? .all
                var subscription = try filter.subscription(
                    fields: wanted, origin: origin ?? OriginFeature.isOffered(by: connection.server),
                    on: connection.server)
                subscription.since = Self.start(after: position, on: connection.server)
                return (try connection.subscribe(subscription), subscription.since != nil)
            },
            tick: { counts in progress.show(Self.text(counts, directory)) })
        let interruption = try Interruption.begin(
            after: end.period?.duration, everySecond: true, watchingOutput: false)
        let isConfirmed = try recorder.run(interruptedBy: interruption)
        interruption.end()
        progress.clear()
        Console.print(Self.text(recorder.counts, directory))
        if !isConfirmed { Console.print(Self.notConfirmed) }
        _ = lock
    }

    /// Returns where the recording begins; nil if that is now.
    private static func start(after position: RecordingPosition?, on server: ServerInfo) -> HistoryStart? {
        if let position { return server.features.contains("since") ? position.start : nil }
        // The first recording begins with what the daemon keeps.
        return server.features.contains(ServerInfo.historyFeature) ? .time(0) : nil
    }

    private static func lock(_ directory: RecordingDirectory) throws(Failure) -> Descriptor {
        do throws(SystemError) {
            try directory.create()
            guard unsafe access(directory.path, W_OK | X_OK) == 0 else { throw .last("access") }
            if let lock = try directory.lock() { return lock }
        } catch {
            throw Failure("cannot record into \(directory.path): \(error.text)")
        }
        throw Failure("cannot record into \(directory.path): another tsctl record writes there (one at a time can)")
    }

    private static func text(_ counts: Recorder.Counts, _ directory: RecordingDirectory) -> String {
        LossText.summary(counts.exits, "kept in \(directory.path)", lost: counts.lost)
            + ", \(DecimalText.bytes(counts.bytes)) before compression"
    }
}
