import Glibc
import Taskstats

// What README.md and the comments of the library print.

extension GettingStarted {
    static func readme() async throws {
        let client = try await TaskstatsClient.connect(reconnection: .always)
        let process = try await client.stats(ofProcess: 123)
        print("waited", process.blockIOWait ?? .zero, "for disks")

        for try await event in client.exits(cpus: "2-3", scope: .process) {
            switch event {
            case .connected(let server): print("watching; the daemon is", server.instance)
            case .exit(let record): print(record.pid, record.task.command ?? "?", record.task.elapsed ?? .zero)
            case .start, .live: break  // only if the subscription requests them
            case .lost(let lost): print(lost, "are missing here")
            case .disconnected(let error): print("the daemon is gone:", error)
            @unknown default: break
            }
        }
    }

    static func readmeBlocking() throws {
        let connection = try TaskstatsConnection.connect()
        let init1 = try connection.stats(ofTask: 1)
        print(init1[.cpuDelayTotal] ?? 0, "ns waiting for a CPU")

        try connection.subscribe(Subscription(scope: .process))
        while true {
            switch try connection.next() {
            case .exit(let record): print(record.pid, record.task.command ?? "?")
            case .start, .live: break  // only if the subscription requests them
            case .lost(let lost): print(lost, "lost")
            case .closing(let reason): print(reason)  // the next call throws
            @unknown default: break
            }
        }
    }

    static func commentOfClient() async throws {
        let client = try await TaskstatsClient.connect()
        let shell = try await client.stats(ofProcess: getppid())
        print(shell.blockIOWait ?? .zero, "waiting for disks")

        for try await event in client.exits(scope: .process) {
            if case .exit(let record) = event { print(record.pid, record.task.command ?? "?") }
        }
    }

    static func commentOfConnection() throws {
        let connection = try TaskstatsConnection.connect()
        let init1 = try connection.stats(ofTask: 1)
        print(init1.cpuWait ?? .zero, "waiting for a CPU")

        try connection.subscribe(Subscription(scope: .process))
        while true {
            switch try connection.next() {
            case .exit(let record): print(record.pid, record.task.command ?? "?")
            case .start, .live: break  // only if the subscription requests them
            case .lost(let lost): print(lost, "lost")
            case .closing(let reason): return print(reason)
            @unknown default: break
            }
        }
    }

    static func commentOfError(_ error: TaskstatsError, startDaemon: () -> Void) throws -> TaskRecord? {
        switch error.code {
        case .noSuchTask: return nil
        case .notRunning: startDaemon()
        default: throw error
        }
        return TaskRecord(kind: .task)
    }
}
