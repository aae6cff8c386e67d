import ArgumentParser
import Glibc
import TaskstatsClient

/// `tsctl get`: what the kernel has counted so far for one task, process or cgroup.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Shows what was counted so far for one task, process or cgroup.",
        discussion: """
            Examples:
              tsctl get --pid 1                         the report of one task
              tsctl get --tgid $$                       all threads of the shell together
              tsctl get --pid 1 --fields delay,nvcsw    some members only
              tsctl get --pid 1 --json | jq .stats.cpu_delay_total
              tsctl get --cgroup /sys/fs/cgroup/cpu/web how many tasks are in which state
            """)

    @Option(help: ArgumentHelp("One task, by its thread id.", valueName: "id"))
    var pid: Int32?

    @Option(help: ArgumentHelp("All tasks of a process together, by its process id.", valueName: "id"))
    var tgid: Int32?

    @Option(help: ArgumentHelp("The tasks of a cgroup, by its version 1 directory.", valueName: "directory"))
    var cgroup: String?

    @Option(
        help: ArgumentHelp("Fields or groups to show, between commas.", valueName: "names"),
        transform: FieldSelection.init(parsing:))
    var fields: FieldSelection?

    @Flag(help: "Print the answer as one line of JSON.")
    var json = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard [pid != nil, tgid != nil, cgroup != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("Give exactly one of --pid, --tgid and --cgroup.")
        }
        if let id = pid ?? tgid, id < 1 { throw ValidationError("A process id is an integer from 1.") }
        if cgroup != nil, fields != nil { throw ValidationError("--fields does not go with --cgroup.") }
    }

    func run() throws {
        let connection = try connection.connect()
        let wanted = fields?.set ?? .all
        var output = StandardOutput()
        if json {
            connection.keepsText = true
            output.line(try text(from: connection, fields: wanted))
        } else {
            for line in try screen(from: connection, fields: wanted) { output.line(line) }
        }
        if cgroup == nil { DelayAccountingHint.sayIfNeeded(connection.server, fields: wanted) }
        try output.flush()
    }

    private func text(from connection: TaskstatsConnection, fields: FieldSet) throws(TaskstatsError) -> [UInt8] {
        if let pid { return try connection.statsText(ofTask: pid, fields: fields) }
        if let tgid { return try connection.statsText(ofProcess: tgid, fields: fields) }
        return try connection.statsText(ofCgroup: directory)
    }

    private func screen(from connection: TaskstatsConnection, fields: FieldSet) throws(TaskstatsError) -> [String] {
        let style = Style.forStandardOutput()
        if let pid {
            let record = try connection.stats(ofTask: pid, fields: fields)
            return TaskScreen(record, id: pid, style: style).lines(selected: self.fields)
        }
        if let tgid {
            let record = try connection.stats(ofProcess: tgid, fields: fields)
            return TaskScreen(record, id: tgid, style: style).lines(selected: self.fields)
        }
        return CgroupScreen.lines(path: directory, try connection.stats(ofCgroup: directory))
    }

    /// The cgroup's directory from the root on and without links: the daemon has another working directory, and
    /// follows none.
    private var directory: String {
        let cgroup = cgroup ?? ""
        guard let path = unsafe realpath(cgroup, nil) else { return cgroup }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
