import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// Requests and what comes back.
@Suite(.timeLimit(.minutes(1))) struct RequestsTests {
    @Test func `statistics of a task, a process and a cgroup are sent for and read`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            let task = try peer.request()
            try peer.send(ServerLine.stats(task.id, of: .pid(812), SampleRecords.task(), fields: [.nvcsw]))
            let process = try peer.request()
            try peer.send(ServerLine.stats(process.id, of: .tgid(1), SampleRecords.process(), fields: .all))
            let cgroup = try peer.request()
            let counts = CgroupStats(sleeping: 1, running: 2, stopped: 3, uninterruptible: 4, ioWait: 5)
            try peer.send(ServerLine.stats(cgroup.id, ofCgroup: "/c", counts))
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let task = try connection.stats(ofTask: 812, fields: [.nvcsw])
        #expect(task[.nvcsw] == 201)
        #expect(task[.nivcsw] == nil)
        #expect(try connection.stats(ofProcess: Int64(1)) == SampleRecords.process())
        #expect(try connection.stats(ofCgroup: "/c").uninterruptible == 4)
        #expect(
            try daemon.finish().map(\.call) == [
                .get(.pid(812), fields: [.nvcsw]), .get(.tgid(1), fields: .all), .get(.cgroup("/c"), fields: .all),
            ])
    }

    @Test func `a subscription is sent whole and what is in force comes back`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription(cpus: CPUSet(2...3))
            try peer.confirmUnsubscribe()
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        var filter = RecordFilter()
        filter.uids = [1_000]
        filter.minElapsedMicroseconds = 5
        let wanted = Subscription(
            cpus: "2,3", scope: .process, fields: [.acComm], filter: filter, overflow: .disconnect)
        let effective = try connection.subscribe(wanted)
        #expect(effective.cpus == "2-3")
        #expect(effective.fields == [.acComm])
        #expect(effective.scope == .process)
        try connection.unsubscribe()

        let requests = try daemon.finish()
        guard case .subscribe(let parameters, let cpuList) = requests.first?.call else {
            throw UnexpectedValue(requests.first?.call)
        }
        #expect(cpuList == "2-3")
        #expect(parameters.filter == filter)
        #expect(parameters.overflow == .disconnect)
        #expect(requests.map(\.id) == [.integer(1), .integer(2)])
    }

    @Test func `counters are read, those of the daemon only if they are reported`() throws {
        func counters(_ access: AccessTier) throws -> DaemonStatus {
            let header = SampleRecording.header(access: access, delayAccounting: false)
            let daemon = try ServedDaemon(SampleRecording.file((1...3).map(SampleRecording.exit), header: header))
            return try TaskstatsConnection.connect(path: daemon.path).status()
        }
        let status = try counters(.all)
        #expect(status.daemon?.cpus.map(\.received) == [2, 1, 0, 0])
        #expect(status.daemon?.history?.records == 3)
        #expect(status.delayAccounting == false)
        #expect(try counters(.own).daemon == nil)
    }

    @Test(arguments: ProtocolError.Name.allCases)
    func `a refusal has a code of its own and leaves the connection usable`(name: ProtocolError.Name) throws {
        let daemon = try ServedDaemon(tasks: 1, "--refuse", "get=\(name.rawValue)")
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let error = #expect(throws: TaskstatsError.self) { try connection.stats(ofTask: 1) }
        let codes: [ProtocolError.Name: TaskstatsError.Code] = [
            .permissionDenied: .permissionDenied, .noSuchTask: .noSuchTask, .limitExceeded: .limitExceeded,
            .kernelError: .kernelError, .unavailable: .unavailable, .invalidParams: .invalidParameters,
            .methodNotFound: .unavailable, .internalError: .daemonError, .parseError: .protocolViolation,
            .invalidRequest: .protocolViolation,
        ]
        #expect(error?.code == codes[name])
        #expect(error?.message.hasPrefix("refused on demand") == true)
        try connection.unsubscribe()
    }

    @Test(arguments: [0, -1, 1 << 31])
    func `an id that no task can have is not even sent`(pid: Int) throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.waitForEnd()
        }
        do {
            let connection = try TaskstatsConnection.connect(path: daemon.path)
            let error = #expect(throws: TaskstatsError.self) { try connection.stats(ofTask: pid) }
            #expect(error?.code == .invalidParameters)
            #expect(error?.parameter == "pid")
        }
        #expect(try daemon.finish().isEmpty)
    }

    @Test func `answers to other requests and unknown notifications are passed over`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.request()
            try peer.send(text: #"{"jsonrpc":"2.0","id":77,"result":{}}"# + "\n")
            try peer.send(text: #"{"jsonrpc":"2.0","method":"weather","params":{"rain":true}}"# + "\n")
            try peer.send(ServerLine.stats(.integer(1), of: .pid(812), SampleRecords.task(), fields: .all))
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        #expect(try connection.stats(ofTask: 812) == SampleRecords.task())
    }

    @Test func `a refusal without an id is the answer to what was sent last`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.request()
            try peer.send(ServerLine.error(nil, ProtocolError(.invalidRequest, "line too long")))
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let error = #expect(throws: TaskstatsError.self) { try connection.stats(ofCgroup: "/") }
        #expect(error?.message == "line too long")
    }

    @Test func `an answer of another kind ends the connection`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.answer(#"{"pid":1}"#)
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        for _ in 0..<2 {
            let error = #expect(throws: TaskstatsError.self) { try connection.stats(ofTask: 1) }
            #expect(error?.code == .protocolViolation)
        }
    }

    @Test func `a daemon that vanishes while it is sent is an error, again and again`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.request()
            try peer.send(text: #"{"jsonrpc":"2.0","id":1,"resu"#)
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        for _ in 0..<3 {
            let error = #expect(throws: TaskstatsError.self) { try connection.status() }
            #expect(error?.code == .disconnected)
        }
        #expect(throws: TaskstatsError.self) { try connection.next() }
    }

    @Test func `a daemon that said goodbye before the request was sent is still received`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.send(ServerLine.closing(reason: "shutting down"))
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try daemon.finish()
        let error = #expect(throws: TaskstatsError.self) { try connection.status() }
        #expect(error?.code == .closedByDaemon)
        #expect(error?.message == "taskstatsd closed the connection: shutting down")
    }
}
