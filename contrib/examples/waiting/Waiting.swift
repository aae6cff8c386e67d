// Prints every ten seconds which commands waited most, for a CPU and for disks, of all processes that ended meanwhile.
//
//     swift run waiting [seconds] [socket]

import Glibc
import Taskstats

@main struct Waiting {
    static func main() async {
        do {
            try await watch()
        } catch {
            printNow("\(error)")
            exit(1)
        }
    }

    private static func watch() async throws {
        let arguments = CommandLine.arguments
        let interval = Duration.seconds(arguments.count > 1 ? Int(arguments[1]) ?? 10 : 10)
        let path = arguments.count > 2 ? arguments[2] : TaskstatsConnection.defaultPath

        try await TaskstatsClient.withClient(path: path, reconnection: .always) { client in
            if client.server.delayAccounting == false {
                printNow("disk waits read 0 until: sysctl kernel.task_delayacct=1")
            }
            let tally = Tally()
            // If either of the two fails, the group cancels the other and throws the error.
            try await withThrowingTaskGroup { group in
                group.addTask { try await follow(client, tally) }
                group.addTask { try await report(tally, every: interval) }
                try await group.waitForAll()
            }
        }
    }

    private static func follow(_ client: TaskstatsClient, _ tally: Tally) async throws {
        for try await event in client.exits(scope: .process, fields: [.acComm, .cpuDelayTotal, .blkioDelayTotal]) {
            switch event {
            case .connected(let server): printNow("watching as user \(server.uid), with access to \(server.access)")
            case .exit(let record): await tally.add(record)
            case .start, .live: break
            case .lost(let lost): printNow("\(lost) are missing here")
            case .disconnected(let error): printNow("\(error); reconnecting")
            @unknown default: break
            }
        }
    }

    private static func report(_ tally: Tally, every interval: Duration) async throws {
        while true {
            try await Task.sleep(for: interval)
            await tally.report().forEach(printNow)
        }
    }
}

/// The processes that ended since the last report, by command.
actor Tally {
    private struct Waits {
        var (processes, failed) = (0, 0)
        var (cpu, disk) = (Duration.zero, Duration.zero)
    }

    private var waits: [String: Waits] = [:]

    func add(_ record: ExitRecord) {
        // The record of a process that had threads includes their sums.
        let sums = record.process ?? record.task
        var command = waits[record.task.command ?? "?"] ?? Waits()
        command.processes += 1
        if record.exit?.isSuccess == false { command.failed += 1 }
        command.cpu += sums.cpuWait ?? .zero
        command.disk += sums.blockIOWait ?? .zero
        waits[record.task.command ?? "?"] = command
    }

    func report() -> [String] {
        defer { waits = [:] }
        let most = waits.sorted { $0.value.cpu + $0.value.disk > $1.value.cpu + $1.value.disk }.prefix(10)
        let rows = most.map { command, waits in
            // Any user can choose a command's name: its control characters must not reach the terminal.
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

/// Prints a line and flushes it, also into a pipe.
func printNow(_ line: String) {
    print(line)
    fflush(nil)
}
