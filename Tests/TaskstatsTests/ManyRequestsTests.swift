import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// Requests that are sent ahead of their answers.
@Suite(.timeLimit(.minutes(1))) struct ManyRequestsTests {
    private func answer(_ request: Request, _ peer: FakePeer) throws {
        guard case .get(.pid(let pid), _, _) = request.call else { throw FakePeer.Failure(description: "no get") }
        if pid % 10 == 3 {
            return try peer.send(ServerLine.error(request.id, ProtocolError(.noSuchTask, "no \(pid)", errno: "ESRCH")))
        }
        let record = SampleRecords.task(pid: UInt64(pid))
        try peer.send(ServerLine.stats(request.id, of: .pid(pid), record, fields: .all))
    }

    @Test func `a thousand tasks are answered in order, those that are gone with an error in their place`() throws {
        let pids = (1...1_000 as ClosedRange<UInt32>).filter { $0 % 10 != 3 }
        let daemon = try ServedDaemon(SampleRecording.file(pids.map(SampleRecording.exit)))
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let results = try connection.stats(ofTasks: 1...1_000)
        #expect(results.count == 1_000)
        for (pid, result) in zip(1..., results) {
            switch result {
            case .success(let record): #expect(record[.acPid] == UInt64(pid))
            case .failure(let error):
                #expect(error.code == .noSuchTask && error.message == "no task with id \(pid) (ESRCH)" && pid % 10 == 3)
            }
        }
    }

    @Test func `requests are sent ahead, but no more than the bound`() throws {
        let bound = TaskstatsConnection.requestsInFlight
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            // Not one is answered before all of these have come.
            let first = try (0..<bound).map { _ in try peer.request() }
            guard try !peer.hasMore() else { throw FakePeer.Failure(description: "more than the bound") }
            for request in first { try answer(request, peer) }
            for _ in bound..<2 * bound { try answer(try peer.request(), peer) }
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        #expect(try connection.stats(ofTasks: 1...2 * bound).count == 2 * bound)
        try daemon.finish()
    }

    @Test func `answers may come in any order, with events between them`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            let requests = try (0..<20).map { _ in try peer.request() }
            for request in requests.reversed() {
                try answer(request, peer)
                try peer.exit(SampleRecords.exit())
            }
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let results = try connection.stats(ofTasks: 1...20)
        let pids = results.map { result -> UInt64? in (try? result.get())?[.acPid] }
        let expected = (1...20 as ClosedRange<UInt64>).map { pid -> UInt64? in pid % 10 == 3 ? nil : pid }
        #expect(pids == expected)
        for _ in 0..<19 { #expect(try connection.nextReceived() != nil) }
    }

    @Test func `an answer that does not come is late, and the connection can be sent again`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            let requests = try (0..<3).map { _ in try peer.request() }
            try answer(requests[0], peer)
            let next = try peer.request()
            // The late replies are to requests that were abandoned.
            try answer(requests[1], peer)
            try answer(requests[2], peer)
            try answer(next, peer)
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path, timeout: .milliseconds(300))
        let error = #expect(throws: TaskstatsError.self) { try connection.stats(ofTasks: [1, 2, 4]) }
        #expect(error?.code == .timedOut)
        connection.timeout = .seconds(20)
        #expect(try connection.stats(ofTask: 5)[.acPid] == 5)
        try daemon.finish()
    }

    @Test func `when the daemon goes away in the middle, that is the error`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try answer(try peer.request(), peer)
            try peer.send(ServerLine.closing(reason: "stopping"))
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let error = #expect(throws: TaskstatsError.self) { try connection.stats(ofTasks: 1...5_000) }
        #expect(error?.code == .closedByDaemon)
    }

    @Test func `processes are requested by their process ids, nothing for nothing`() throws {
        let daemon = try ServedDaemon(tasks: 2)
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        #expect(try connection.stats(ofTasks: [Int]()).isEmpty)
        let processes = try connection.stats(ofProcesses: [1, 2])
        #expect(processes.count == 2)
        #expect(processes.allSatisfy { (try? $0.get())?.kind == .process })
        #expect(throws: TaskstatsError.self) { try connection.stats(ofProcesses: [0]) }
    }
}
