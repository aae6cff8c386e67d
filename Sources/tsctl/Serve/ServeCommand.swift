import ArgumentParser
import CommandSupport
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// `tsctl serve`: answers from a recording, for tests of programs that use taskstatsd.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves a recording on a socket as taskstatsd would, for tests of clients.",
        discussion: """
            It needs neither root nor the kernel's statistics. Ctrl-C ends it and removes the socket. The socket \
            appears when clients can connect.

            Every connection has the recording to itself: a subscription plays it from the beginning, as if its tasks \
            ended now. With since, the recording is the history: what ended at or after that point comes at once, and \
            then live. A time is one of the recording, a duration counts back from its end, and an index is that of the \
            record, or its number if the recording has none. get answers with the last record of a task or process. \
            Only what was recorded is served: its fields, its access, and origins and starts if it has them. Starts are \
            not part of the history.

            Without --lose, nothing is lost but what the recording reports as lost: a client that reads slowly gets \
            its records later. Gaps between connections are left out. The recording is kept in memory.

            --lose WHERE:COUNT/EVERY loses the last COUNT records of every EVERY, and --lose WHERE:COUNT@INDEX that \
            number from an index on. WHERE is kernel (of all clients) or queue (of this client's records). \
            --lose history:COUNT keeps all but that number of records for since.

            --refuse METHOD=ERROR answers every request of a method with an error, by its name in the protocol. \
            --refuse connect=PermissionDenied gives clients the access none, connect=LimitExceeded reports too many \
            connections.

            Examples:
              tsctl serve night.zst --socket /tmp/t.sock
              TASKSTATS_SOCKET=/tmp/t.sock tsctl watch
              tsctl serve night.zst --socket s --lose kernel:3/100 --lose queue:37@500
              tsctl serve night.zst --socket s --refuse get=NoSuchTask
              tsctl serve night.zst --socket s --vanish-after 10
            """)

    @Argument(help: ArgumentHelp("The recording (-: standard input).", valueName: "file"), completion: .file())
    var file: String

    @Option(help: ArgumentHelp("Socket to create.", valueName: "path"), completion: .file())
    var socket: String

    @Option(
        help: ArgumentHelp("Speed of the recorded times, as in 1x or 10x (default: max).", valueName: "speed"),
        transform: PlayingSpeed.init(parsing:))
    var speed: PlayingSpeed?

    @Option(
        help: ArgumentHelp("Records to lose; can be repeated.", valueName: "rule"),
        transform: LossRule.init(parsing:))
    var lose: [LossRule] = []

    @Option(
        help: ArgumentHelp("Requests to refuse; can be repeated.", valueName: "method=error"),
        transform: RefusalRule.init(parsing:))
    var refuse: [RefusalRule] = []

    @Option(
        help: ArgumentHelp("Close each connection after that many records, or at the end.", valueName: "count|end"),
        transform: ServeBehavior.EndRule.init(parsing:))
    var closeAfter: ServeBehavior.EndRule?

    @Option(
        help: ArgumentHelp("Disconnect within a line after that many records, or at the end.", valueName: "count|end"),
        transform: ServeBehavior.EndRule.init(parsing:))
    var vanishAfter: ServeBehavior.EndRule?

    @Option(help: ArgumentHelp("Instance of the daemon (default: the recorded one).", valueName: "name"))
    var instance: String?

    func run() throws {
        let recording = try ServedRecording.read(file)
        let interruption = try Interruption.begin(watchingOutput: false)
        let socket = try ServingSocket.open(socket)
        defer { socket.removeFile() }
        Console.print("serving \(recording.exits) records on \(socket.path)")
        do throws(SystemError) {
            try RecordingServer(recording, behavior, instance: instance)
                .serve(on: socket, until: interruption.descriptor)
        } catch {
            throw Failure("cannot serve \(socket.path): \(error.text)")
        }
        Console.endLineOfTerminal()
    }

    private var behavior: ServeBehavior {
        ServeBehavior(
            speed: speed?.factor, losses: lose, refusals: refuse, closing: closeAfter, vanishing: vanishAfter)
    }
}
