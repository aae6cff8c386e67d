import TaskstatsModel
import Testing

@testable import TaskstatsProtocol

@Suite struct GoldenGetTests {
    private func get(_ id: Int64, _ target: QueryTarget, fields: FieldSet = .all) -> GoldenExchange {
        .client(Request(id: .integer(id), call: .get(target, fields: fields)))
    }

    private func answer(
        _ id: Int64, _ target: QueryTarget, _ record: TaskRecord, fields: FieldSet = .all, reads: TaskRecord? = nil
    ) -> GoldenExchange {
        .daemon(
            ServerLine.stats(.integer(id), of: target, record, fields: fields), .reply(id: id, .stats(reads ?? record)))
    }

    @Test func `a task has every field of its kernel, or the requested ones`() throws {
        let system = TaskRecord(
            .task,
            [
                .version: 16, .acExitcode: 0, .acFlag: 2, .acNice: 0, .cpuCount: 387, .cpuDelayTotal: 6197525,
                .blkioCount: 0, .blkioDelayTotal: 0, .swapinCount: 0, .swapinDelayTotal: 0,
                .cpuRunRealTotal: 179954042, .cpuRunVirtualTotal: 177956422, .acSched: 0, .acUid: 0, .acGid: 0,
                .acPid: 1, .acPpid: 0, .acBtime: 1795417984, .acEtime: 2458495123, .acUtime: 0, .acStime: 179954,
                .acMinflt: 380, .acMajflt: 0, .coremem: 59468, .virtmem: 1497709, .hiwaterRss: 17648,
                .hiwaterVm: 49996, .readChar: 26624, .writeChar: 2048, .readSyscalls: 0, .writeSyscalls: 0,
                .readBytes: 0, .writeBytes: 0, .cancelledWriteBytes: 0, .nvcsw: 326, .nivcsw: 61, .acUtimescaled: 0,
                .acStimescaled: 179954, .cpuScaledRunRealTotal: 179954042, .freepagesCount: 0,
                .freepagesDelayTotal: 0, .thrashingCount: 0, .thrashingDelayTotal: 0, .acBtime64: 1795417984,
                .compactCount: 0, .compactDelayTotal: 0, .acTgid: 1, .acTgetime: 2458495123,
                .acExeDev: DeviceNumber(major: 0, minor: 2).encoded, .acExeInode: 5, .wpcopyCount: 0,
                .wpcopyDelayTotal: 0, .irqCount: 0, .irqDelayTotal: 0, .cpuDelayMax: 1115209, .cpuDelayMin: 581,
                .blkioDelayMax: 0, .blkioDelayMin: 0, .swapinDelayMax: 0, .swapinDelayMin: 0, .freepagesDelayMax: 0,
                .freepagesDelayMin: 0, .thrashingDelayMax: 0, .thrashingDelayMin: 0, .compactDelayMax: 0,
                .compactDelayMin: 0, .wpcopyDelayMax: 0, .wpcopyDelayMin: 0, .irqDelayMax: 0, .irqDelayMin: 0,
            ],
            command: "systemd")
        let named: FieldSet = FieldSet(group: .context).union([.acComm, .acUid])
        var coffee = TaskRecord(.task, [.acUid: 1000, .nvcsw: .max, .nivcsw: 2], command: "caf\u{e9} \u{1f980}")
        let coffeeSeen = coffee
        coffee.set(.acGid, to: 100)
        var hostile = TaskRecord(.task, [.acNice: UInt64(bitPattern: -20)])
        hostile.set(command: [0xff, 0x0a, 0x22, 0x5c, 0x7f])
        try GoldenConversation.expect(
            "get-pid",
            [
                get(1, .pid(1)), answer(1, .pid(1), system),
                .client(
                    Request(id: .integer(2), call: .get(.pid(812), fields: named)),
                    worded:
                        #"{"jsonrpc":"2.0","id":2,"method":"get","params":{"pid":812,"fields":["ac_comm","ac_uid","context"]}}"#
                ),
                answer(2, .pid(812), coffee, fields: named, reads: coffeeSeen),
                get(3, .pid(813), fields: [.acNice, .acComm]),
                answer(3, .pid(813), hostile, fields: [.acNice, .acComm]),
            ])
    }

    @Test func `a process has the sums of its threads, without fields that the kernel does not sum`() throws {
        let process = TaskRecord(
            .process,
            [
                .version: 16, .cpuCount: 17782, .cpuDelayTotal: 1908397764, .blkioCount: 0, .blkioDelayTotal: 0,
                .swapinCount: 0, .swapinDelayTotal: 0, .cpuRunRealTotal: 6507353601, .cpuRunVirtualTotal: 6855367536,
                .acEtime: 32007800272, .acUtime: 1075299, .acStime: 5432047, .nvcsw: 15488, .nivcsw: 2276,
                .cpuScaledRunRealTotal: 6507353601, .freepagesCount: 0, .freepagesDelayTotal: 0, .thrashingCount: 0,
                .thrashingDelayTotal: 0, .compactCount: 0, .compactDelayTotal: 0, .wpcopyCount: 0,
                .wpcopyDelayTotal: 0, .irqCount: 0, .irqDelayTotal: 0, .cpuDelayMax: 3528094, .cpuDelayMin: 270744,
                .blkioDelayMax: 0, .blkioDelayMin: 0, .swapinDelayMax: 0, .swapinDelayMin: 0, .freepagesDelayMax: 0,
                .freepagesDelayMin: 0, .thrashingDelayMax: 0, .thrashingDelayMin: 0, .compactDelayMax: 0,
                .compactDelayMin: 0, .wpcopyDelayMax: 0, .wpcopyDelayMin: 0, .irqDelayMax: 0, .irqDelayMin: 0,
            ])
        try GoldenConversation.expect("get-tgid", [get(1, .tgid(1)), answer(1, .tgid(1), process)])
    }

    @Test func `a cgroup has the states of its tasks`() throws {
        let path = "/sys/fs/cgroup/freezer/batch"
        let stats = CgroupStats(sleeping: 12, running: 1, stopped: 0, uninterruptible: 2, ioWait: 0)
        try GoldenConversation.expect(
            "get-cgroup",
            [
                get(1, .cgroup(path)),
                .daemon(ServerLine.stats(.integer(1), ofCgroup: path, stats), .reply(id: 1, .cgroup(stats))),
            ])
    }
}
