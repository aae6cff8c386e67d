import Taskstats

/// The code of the article and of README.md as it is printed there, to be compiled, and run by DocumentationTests.
enum GettingStarted {
    static func connect() async throws {
        let client = try await TaskstatsClient.connect()
        print(client.server.server, "on Linux", client.server.kernelRelease)
    }

    static func ask(_ client: Client) async throws {
        let process = try await client.stats(ofProcess: 123)
        print("waited", process.cpuWait ?? .zero, "for a CPU")
        if let disks = process.blockIOWait { print("waited", disks, "for disks") }
    }

    static func askForOneThread(_ client: Client) async throws {
        let task = try await client.stats(ofTask: 123, fields: [.acComm, .nvcsw, .cpuDelayTotal])
        print(task.command ?? "?", task[.cpuDelayTotal] ?? 0, "ns,", task["nvcsw"] ?? 0, "switches")
    }

    static func follow(_ client: Client) async throws {
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

    static func choose(_ client: Client) -> Client.Exits {
        var filter = RecordFilter()
        filter.exit = .failed
        filter.commands = ["git*", "make"].compactMap(GlobPattern.init)
        let failures = client.exits(scope: .process, fields: [.acComm, .acUid], filter: filter)
        return failures
    }

    static func note(all losses: [LostRecords]) {
        func note(_ lost: LostRecords) {
            switch lost.place {
            case .kernel(let cpu): print(lost, "lost on CPU", cpu, "before the daemon could read them")
            case .starts: print(lost, "lost before the daemon could read them")
            case .queue: print(lost, "lost because this program reads too slowly")
            case .history: print(lost, "that the daemon does not keep")
            @unknown default: break
            }
        }
        losses.forEach(note)
    }

    static func comeBack() async throws {
        let patient = try await TaskstatsClient.connect(reconnection: .always)
        var instance = patient.server.instance
        for try await event in patient.exits() {
            guard case .connected(let server) = event else { continue }
            if server.instance != instance { print("another daemon: sequence numbers restart") }
            instance = server.instance
        }
    }

    static func fail(_ client: Client) async throws {
        do {
            print(try await client.stats(ofProcess: 123).nvcsw ?? 0)
        } catch let error as TaskstatsError {
            switch error.code {
            case .noSuchTask: print("it has ended")
            case .permissionDenied: print("it is not ours to see")
            case .notRunning, .disconnected, .timedOut: print("no daemon:", error)
            default: throw error
            }
        }
    }

    static func reportAccess(_ client: Client) {
        switch client.server.access {
        case .all: print("every process of the machine")
        default: print("the processes of user", client.server.uid)
        }
    }

    static func block() throws {
        let connection = try TaskstatsConnection.connect()
        let process = try connection.stats(ofProcess: 123)
        print(process.cpuWait ?? .zero)

        try connection.subscribe(Subscription(cpus: "2-3", scope: .process))
        while true {
            switch try connection.next() {
            case .exit(let record): print(record.pid, record.task.command ?? "?")
            case .start, .live: break  // only if the subscription requests them
            case .lost(let lost): print(lost, "are missing here")
            case .closing(let reason): return print(reason)
            @unknown default: break
            }
        }
    }
}
