// Tells every ten seconds which commands waited most, for a CPU and for disks, of all processes that ended meanwhile.
//
//     swift run waiting [seconds] [socket]

import Glibc
import Taskstats

@main struct Waiting {
    static func main() async {
        do {
            try await watch()
        } catch {
            say("\(error)")
            exit(1)
        }
    }

    private static func watch() async throws {
        let arguments = CommandLine.arguments
        let interval = Duration.seconds(arguments.count > 1 ? Int(arguments[1]) ?? 10 : 10)
        let path = arguments.count > 2 ? arguments[2] : TaskstatsConnection.defaultPath

        let client = try await TaskstatsClient.connect(path: path, reconnection: .always)
        if client.server.delayAccounting == false { say("waits for disks read 0: sysctl kernel.task_delayacct=1") }
        let tally = Tally()
        Task {
            while true {
                try await Task.sleep(for: interval)
                await tally.report().forEach(say)
            }
        }
        for try await event in client.exits(scope: .process, fields: [.acComm, .cpuDelayTotal, .blkioDelayTotal]) {
            switch event {
            case .connected(let server): say("watching as user \(server.uid), who may see \(server.access) processes")
            case .exit(let record): await tally.add(record)
            case .lost(let lost): say("\(lost.count) records are missing here")
            case .disconnected(let error): say("\(error); trying again")
            }
        }
    }
}

/// What ended since the last report, by command.
actor Tally {
    private struct Waits {
        var (processes, failed) = (0, 0)
        var (cpu, disk) = (Duration.zero, Duration.zero)
    }

    private var waits: [String: Waits] = [:]

    func add(_ record: ExitRecord) {
        // A process that had threads comes with their sums.
        let sums = record.process ?? record.task
        var command = waits[record.task.command ?? "?"] ?? Waits()
        command.processes += 1
        if record.exit?.isSuccess == false { command.failed += 1 }
        command.cpu += sums.cpuDelayTotal ?? .zero
        command.disk += sums.blkioDelayTotal ?? .zero
        waits[record.task.command ?? "?"] = command
    }

    func report() -> [String] {
        defer { waits = [:] }
        let most = waits.sorted { $0.value.cpu + $0.value.disk > $1.value.cpu + $1.value.disk }.prefix(10)
        let rows = most.map { command, waits in
            // Whoever runs a command chooses its name: what is in it must not reach the terminal.
            row("\(waits.processes)", "\(waits.failed)", waits.cpu.text, waits.disk.text, command.debugDescription)
        }
        return rows.isEmpty ? [] : [row("ended", "failed", "CPU ms", "disk ms", "command")] + rows
    }

    private func row(_ ended: String, _ failed: String, _ cpu: String, _ disk: String, _ command: String) -> String {
        let cells = [(ended, 6), (failed, 7), (cpu, 9), (disk, 9)].map { text, width in
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return cells.joined() + "  " + command
    }
}

extension Duration {
    /// Whole milliseconds.
    fileprivate var text: String { "\(Int(self / .milliseconds(1)))" }
}

/// Prints a line at once, whoever reads it.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
