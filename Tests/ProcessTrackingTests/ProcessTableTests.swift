import Glibc
import LinuxSystem
import Netlink
import ProcessTracking
import TaskstatsModel
import Testing

private let second: UInt64 = 1_000_000_000

/// A table with events at given times, in nanoseconds.
private final class Machine {
    var table = ProcessTable(memoryLimit: 64 << 20)

    @discardableResult
    func event(_ kind: ProcessEvent.Kind, at time: UInt64) -> ProcessTable.Reading? {
        table.take(ProcessEvent(kind, time: time), at: time)
    }

    func executed(_ pid: UInt32, at time: UInt64, start: UInt64, _ arguments: [String], cgroup: String = "/a") {
        guard let reading = event(.exec(pid), at: time) else { return }
        _ = table.complete(
            reading,
            with: ProcessSnapshot(
                commandLine: ProcessCommandLine(arguments), cgroup: ControlGroup(path: cgroup),
                command: arguments.first ?? "", parent: 1, session: 7, start: start, uid: 1_000))
    }

    func complete(_ reading: ProcessTable.Reading, _ snapshot: ProcessSnapshot) -> Bool {
        table.complete(reading, with: snapshot)
    }

    func start(_ reading: ProcessTable.Reading) -> ProcessStart? { table.start(reading, bootTime: 0) }

    func origin(
        _ pid: UInt32, age: UInt64, readAt: UInt64, isLast: Bool = true, executable: ExecutableFile? = nil
    ) -> ProcessOrigin? {
        table.origin(
            of: RecordIdentity(pid: pid, age: age, isLast: isLast, executable: executable, readAt: readAt),
            bootTime: 100 * second)
    }
}

@Suite struct ProcessTableTests {
    @Test func `a process that executed a program has what was read, and its own start`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: 5 * second)
        machine.executed(10, at: 5 * second + 1_000, start: 5 * second, ["true", "-x"])
        let origin = try #require(machine.origin(10, age: second, readAt: 6 * second))
        #expect(origin.commandLine?.arguments == ["true", "-x"])
        #expect(origin.cgroup?.path == "/a")
        #expect(origin.startedNanoseconds == 105 * second)
        #expect(origin.session == 7)
        #expect(origin.sources.command == .exec && origin.sources.cgroup == .exec && origin.sources.started == .fork)
    }

    @Test func `what forks before its parent was read has that parent once all were read`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 5, child: 10), at: 4 * second)
        machine.event(.fork(parent: 10, child: 11), at: 5 * second)
        for (pid, parent) in [(1, 0), (5, 1)] as [(UInt32, UInt32)] {
            let snapshot = ProcessSnapshot(
                commandLine: ProcessCommandLine(["c\(pid)"]), cgroup: ControlGroup(path: "/a"), command: "c\(pid)",
                parent: parent, session: 1, start: UInt64(pid) * second / 2, uid: 0)
            machine.table.scanned(pid, snapshot)
        }
        #expect(machine.origin(11, age: second, readAt: 6 * second)?.parents == nil)
        machine.table.completeLineages()
        let origin = try #require(machine.origin(11, age: second, readAt: 6 * second))
        #expect(origin.parents?.map(\.pid) == [10, 5, 1])
        #expect(origin.sources.parents == .scan)
    }

    @Test(arguments: [false, true])
    func `a parent that had another name when its child forked has none`(executed: Bool) throws {
        let machine = Machine()
        machine.event(.fork(parent: 5, child: 10), at: 4 * second)
        if executed {
            machine.executed(5, at: 5 * second, start: 3 * second, ["new"])
        } else {
            machine.event(.command(5, ProcessEvent.CommandName(Array("new".utf8))), at: 5 * second)
        }
        let snapshot = ProcessSnapshot(
            commandLine: ProcessCommandLine(["new"]), cgroup: ControlGroup(path: "/a"), command: "new", parent: 0,
            session: 1, start: 3 * second, uid: 0)
        machine.table.scanned(5, snapshot)
        machine.table.completeLineages()
        let parents = try #require(machine.origin(10, age: second, readAt: 6 * second)?.parents)
        #expect(parents.map(\.pid) == [5] && parents.map(\.command) == [""])
        machine.event(.fork(parent: 5, child: 11), at: 6 * second)
        #expect(machine.origin(11, age: second, readAt: 8 * second)?.parents?.map(\.command) == ["new"])
    }

    @Test func `a process whose parent ended before both were read has no parents`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 5, child: 10), at: 4 * second)
        for (pid, start) in [(1, 0), (10, 4 * second)] as [(UInt32, UInt64)] {
            let snapshot = ProcessSnapshot(
                commandLine: ProcessCommandLine(["c"]), cgroup: ControlGroup(path: "/a"), command: "c",
                parent: pid == 1 ? 0 : 1, session: 1, start: start, uid: 0)
            machine.table.scanned(pid, snapshot)
        }
        machine.table.completeLineages()
        #expect(machine.origin(10, age: second, readAt: 6 * second)?.parents == nil)
    }

    @Test func `a parent that is younger than its child is another use of the id`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 5, child: 10), at: second)
        let snapshot = ProcessSnapshot(
            commandLine: ProcessCommandLine(["other"]), cgroup: ControlGroup(path: "/a"), command: "other", parent: 0,
            session: 1, start: 2 * second, uid: 0)
        machine.table.scanned(5, snapshot)
        machine.table.completeLineages()
        #expect(machine.origin(10, age: second, readAt: 6 * second)?.parents == nil)
    }

    @Test func `a child has what its parent had when it forked`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        machine.executed(10, at: second, start: second, ["sh"])
        machine.event(.fork(parent: 10, child: 11), at: 2 * second)
        machine.executed(10, at: 3 * second, start: second, ["other"], cgroup: "/b")
        let origin = try #require(machine.origin(11, age: 2 * second, readAt: 4 * second))
        #expect(origin.commandLine?.arguments == ["sh"] && origin.sources.command == .fork)
        #expect(origin.cgroup?.path == "/a" && origin.sources.cgroup == .fork)
    }

    @Test func `parents are named by the program that they ran when they forked, even if it was read later`() throws {
        let machine = Machine()
        machine.table.scanned(
            1,
            ProcessSnapshot(commandLine: ProcessCommandLine(["init"]), command: "init", parent: 0, session: 1, start: 0)
        )
        machine.event(.fork(parent: 1, child: 10), at: second)
        let reading = try #require(machine.event(.exec(10), at: second))
        machine.event(.fork(parent: 10, child: 11), at: second + 1)
        #expect(machine.origin(11, age: second, readAt: 2 * second)?.parents?.map(\.command) == ["", "init"])
        let snapshot = ProcessSnapshot(
            commandLine: ProcessCommandLine(["make"]), command: "make", parent: 1, session: 1, start: second)
        _ = machine.table.complete(reading, with: snapshot)
        machine.executed(10, at: second + 3, start: second, ["later"])
        let parents = machine.origin(11, age: second, readAt: 2 * second)?.parents
        #expect(parents?.map(\.pid) == [10, 1])
        #expect(parents?.map(\.command) == ["make", "init"])
    }

    @Test func `no process has more than eight parents`() throws {
        let machine = Machine()
        machine.table.scanned(1, ProcessSnapshot(command: "init", parent: 0, session: 1, start: 0))
        for pid in UInt32(2)...20 { machine.event(.fork(parent: pid - 1, child: pid), at: UInt64(pid)) }
        #expect(machine.origin(20, age: 0, readAt: 30)?.parents?.map(\.pid) == [19, 18, 17, 16, 15, 14, 13, 12])
    }

    @Test func `after an execution that was not read the command line is unknown, and the rest inherited`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        machine.executed(10, at: second, start: second, ["sh"])
        machine.event(.fork(parent: 10, child: 11), at: 2 * second)
        machine.event(.exec(11), at: 2 * second + 1)
        let origin = try #require(machine.origin(11, age: second, readAt: 3 * second))
        #expect(origin.commandLine == nil && origin.sources.command == nil)
        #expect(origin.cgroup?.path == "/a" && origin.sources.cgroup == .fork)
        #expect(origin.session == 7 && origin.sources.session == .fork)
    }

    @Test func `children inherit no cgroup between an execution and its reading`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        machine.executed(10, at: second, start: second, ["sh"])
        machine.event(.fork(parent: 10, child: 11), at: 2 * second)
        let reading = try #require(machine.event(.exec(11), at: 2 * second + 1))
        machine.event(.fork(parent: 11, child: 12), at: 2 * second + 2)
        #expect(machine.origin(12, age: second, readAt: 3 * second)?.cgroup == nil)
        let snapshot = ProcessSnapshot(
            commandLine: ProcessCommandLine(["moved"]), cgroup: ControlGroup(path: "/b"), command: "moved", parent: 10,
            session: 7, start: 2 * second)
        _ = machine.table.complete(reading, with: snapshot)
        machine.event(.fork(parent: 11, child: 13), at: 2 * second + 4)
        #expect(machine.origin(13, age: second, readAt: 3 * second)?.cgroup?.path == "/b")
    }

    @Test func `after a second execution that was not read the cgroup of the first one is unknown`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        machine.executed(10, at: second, start: second, ["sh"])
        machine.event(.exec(10), at: 2 * second)
        let origin = try #require(machine.origin(10, age: 2 * second, readAt: 3 * second))
        // It may have been moved before.
        #expect(origin.cgroup == nil && origin.sources.cgroup == nil)
        #expect(origin.session == 7)
    }

    @Test func `what changed after a task ended is not in its record, unless it ended the process`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        machine.executed(10, at: second, start: second, ["old"])
        machine.executed(10, at: 3 * second, start: second, ["new"], cgroup: "/b")
        machine.event(.session(10), at: 3 * second)
        let thread = try #require(machine.origin(10, age: second, readAt: 4 * second, isLast: false))
        #expect(thread.commandLine == nil && thread.cgroup == nil && thread.session == nil)
        #expect(thread.startedNanoseconds == 101 * second)
        let later = try #require(machine.origin(10, age: 3 * second, readAt: 4 * second, isLast: false))
        #expect(later.commandLine?.arguments == ["new"] && later.cgroup?.path == "/b" && later.session == 10)
        #expect(machine.origin(10, age: second, readAt: 4 * second)?.commandLine?.arguments == ["new"])
    }

    @Test func `an event that happened during a reading is newer than what was read`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        let reading = try #require(machine.event(.exec(10), at: second))
        machine.event(.session(10), at: second + 1)
        machine.event(.command(10, ProcessEvent.CommandName("title".utf8)), at: second + 1)
        machine.event(.user(10, effective: 7), at: second + 1)
        let snapshot = ProcessSnapshot(
            commandLine: ProcessCommandLine(["sh"]), command: "sh", parent: 1, session: 3, start: second, uid: 0)
        #expect(machine.complete(reading, snapshot))
        let start = try #require(machine.start(reading))
        #expect(start.origin.session == 10 && start.command == "title" && start.uid == nil)
        // The program was executed by another user.
        #expect(start.origin.commandUID == nil)
    }

    @Test func `what was read counts for one use of an id, even if the next one starts and executes at once`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        let reading = try #require(machine.event(.exec(10), at: second))
        machine.event(.fork(parent: 1, child: 10), at: second + 1)
        let next = try #require(machine.event(.exec(10), at: second + 1))
        let snapshot = ProcessSnapshot(
            commandLine: ProcessCommandLine(["next"]), command: "next", parent: 1, session: 3, start: second)
        #expect(!machine.complete(reading, snapshot))
        #expect(machine.complete(next, snapshot))
    }

    @Test func `a reading after the end counts only if it shows a process that has ended`() throws {
        for isExiting in [false, true] {
            let machine = Machine()
            machine.event(.fork(parent: 1, child: 10), at: second)
            let reading = try #require(machine.event(.exec(10), at: second))
            machine.event(.exit(10), at: second + 1)
            var snapshot = ProcessSnapshot(
                commandLine: ProcessCommandLine(["next"]), cgroup: ControlGroup(path: "/a"), command: "next", parent: 1,
                session: 3, start: second)
            snapshot.isExiting = isExiting
            #expect(machine.complete(reading, snapshot) == isExiting)
            let sources = machine.origin(10, age: 2, readAt: second + 2)?.sources
            #expect(sources?.cgroup == (isExiting ? .exit : nil))
            #expect(sources?.session == (isExiting ? .exit : nil))
        }
    }

    @Test func `a record that can belong to a use of an id which is not remembered has no origin`() {
        let machine = Machine()
        for use in 0..<3 {
            machine.event(.fork(parent: 1, child: 10), at: second + UInt64(use))
            machine.executed(10, at: second + UInt64(use), start: second, ["use \(use)"])
            machine.event(.exit(10), at: second + UInt64(use))
        }
        #expect(machine.origin(10, age: 0, readAt: second + 10) == nil)
        #expect(machine.origin(10, age: 0, readAt: second + 10, isLast: false) == nil)
    }

    @Test func `what was read does not count after another execution`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        let first = try #require(machine.event(.exec(10), at: second))
        machine.event(.exec(10), at: second + 1)
        let snapshot = ProcessSnapshot(
            commandLine: ProcessCommandLine(["first"]), command: "first", parent: 1, session: 1, start: second)
        let counts = machine.table.complete(first, with: snapshot)
        #expect(!counts)
        #expect(machine.origin(10, age: second, readAt: 2 * second)?.commandLine == nil)
    }

    @Test func `a start has nothing of the program that the process executed next`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        let first = try #require(machine.event(.exec(10), at: second))
        machine.event(.user(10, effective: 1_000), at: second + 1)
        machine.executed(10, at: second + 2, start: second, ["next"])
        let found = machine.table.start(first, bootTime: 0)
        let start = try #require(found)
        #expect(start.uid == nil && start.commandBytes == nil && start.origin.commandLine == nil)
        #expect(start.origin.commandUID == nil)
        #expect(start.origin.startedNanoseconds == second)
    }

    @Test func `a start does not have the user that the process became later`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        let reading = try #require(machine.event(.exec(10), at: second))
        machine.event(.user(10, effective: 65_534), at: second + 1)
        let snapshot = ProcessSnapshot(
            commandLine: ProcessCommandLine(["secret"]), command: "secret", parent: 1, session: 7, start: second,
            uid: 65_534)
        _ = machine.table.complete(reading, with: snapshot)
        let found = machine.table.start(reading, bootTime: 0)
        let start = try #require(found)
        #expect(start.uid == nil && start.origin.commandUID == nil)
    }

    @Test func `what was read of a later use of the id does not count`() throws {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        let reading = try #require(machine.event(.exec(10), at: second))
        let snapshot = ProcessSnapshot(
            commandLine: ProcessCommandLine(["other"]), command: "other", parent: 1, session: 1, start: 3 * second)
        let countsBefore = machine.table.complete(reading, with: snapshot)
        machine.event(.exit(10), at: 2 * second)
        machine.event(.fork(parent: 1, child: 10), at: 3 * second)
        let countsAfter = machine.table.complete(reading, with: snapshot)
        #expect(!countsBefore && !countsAfter)
    }

    @Test func `a record has no origin while it may belong to either use of an id`() {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        machine.executed(10, at: second, start: second, ["first"])
        machine.event(.exit(10), at: second + 1_000)
        machine.event(.fork(parent: 1, child: 10), at: second + 2_000)
        machine.executed(10, at: second + 2_000, start: second, ["second"])
        #expect(machine.origin(10, age: 1_000, readAt: second + 4_000) == nil)
        #expect(machine.origin(10, age: 1_000, readAt: second + 4_000) == nil)
    }

    @Test func `a record belongs to the new use of an id once the last record of the old one was read`() {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        machine.executed(10, at: second, start: second, ["first"])
        #expect(machine.origin(10, age: 500, readAt: second + 900)?.commandLine?.arguments == ["first"])
        machine.event(.exit(10), at: second + 1_000)
        machine.event(.fork(parent: 1, child: 10), at: second + 2_000)
        machine.executed(10, at: second + 2_000, start: second, ["second"])
        #expect(machine.origin(10, age: 1_000, readAt: second + 4_000)?.commandLine?.arguments == ["second"])
    }

    @Test func `a record that is older than the new use of its id belongs to the old one`() {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        machine.executed(10, at: second, start: second, ["old"])
        machine.event(.exit(10), at: 10 * second)
        machine.event(.fork(parent: 1, child: 10), at: 10 * second + 1)
        machine.executed(10, at: 10 * second + 1, start: 10 * second, ["new"])
        #expect(machine.origin(10, age: 9 * second, readAt: 10 * second + 5)?.commandLine?.arguments == ["old"])
        #expect(machine.origin(10, age: 4, readAt: 10 * second + 5)?.commandLine?.arguments == ["new"])
    }

    @Test func `a record of a process that started at another time has no origin`() {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: 100 * second)
        machine.executed(10, at: 100 * second, start: 100 * second, ["new"])
        #expect(machine.origin(10, age: 50 * second, readAt: 101 * second) == nil)
        #expect(machine.origin(10, age: second / 1_000, readAt: 200 * second) == nil)
    }

    @Test func `after a loss nothing counts until it is read again`() {
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        machine.executed(10, at: second, start: second, ["sh"])
        machine.table.loseEvents()
        #expect(machine.origin(10, age: second, readAt: 2 * second, isLast: false) == nil)
        machine.table.scanned(
            10,
            ProcessSnapshot(
                commandLine: ProcessCommandLine(["now"]), command: "now", parent: 1, session: 7, start: second))
        let origin = machine.origin(10, age: second, readAt: 2 * second)
        #expect(origin?.commandLine?.arguments == ["now"] && origin?.sources.command == .scan)
    }

    @Test func `the executable is the candidate that the record confirms`() {
        let file = ExecutableFile(device: DeviceNumber(major: 8, minor: 1), inode: 42)
        let machine = Machine()
        machine.event(.fork(parent: 1, child: 10), at: second)
        let reading = machine.event(.exec(10), at: second)!
        var snapshot = ProcessSnapshot(
            commandLine: ProcessCommandLine(["x"]), command: "x", parent: 1, session: 1, start: second)
        snapshot.candidates = [
            ExecutableCandidate(path: "/bin/other", file: ExecutableFile(device: file.device, inode: 41)),
            ExecutableCandidate(path: "/usr/bin/x", file: file),
        ]
        _ = machine.table.complete(reading, with: snapshot)
        #expect(machine.origin(10, age: 1, readAt: second, executable: file)?.executable == "/usr/bin/x")
        let other = ExecutableFile(device: DeviceNumber(major: 8, minor: 2), inode: 42)
        #expect(machine.origin(10, age: 1, readAt: second, executable: other)?.executable == nil)
    }

    @Test func `ended processes are forgotten when their records must have been read, and living leaders are not`() {
        let machine = Machine()
        for pid in UInt32(10)..<20 {
            machine.event(.fork(parent: 1, child: pid), at: second)
            machine.event(.exit(pid), at: 2 * second)
        }
        machine.table.purge(before: 3 * second) { _ in false }
        #expect(machine.table.count == 10)
        machine.table.purge(before: 5 * second) { $0 == 12 }
        #expect(machine.table.count == 1)
        #expect(machine.origin(12, age: 4 * second, readAt: 5 * second) != nil)
        machine.table.purge(before: 8 * second) { _ in false }
        #expect(machine.table.count == 0 && machine.table.memoryBytes == 0)
    }

    @Test func `a storm of processes stays within a bound without any record`() {
        let machine = Machine()
        for number in 0..<UInt64(65_536) {
            let pid = UInt32(1_000 + number % 30_000)
            machine.event(.fork(parent: 1, child: pid), at: number)
            machine.executed(pid, at: number, start: number, ["true"])
            machine.event(.exit(pid), at: number)
        }
        #expect(machine.table.count <= 16_384)
        #expect(machine.table.memoryBytes < 16_384 * 700)
    }

    @Test func `memory is bounded: beyond the limit nothing more is remembered`() {
        let machine = Machine()
        machine.table = ProcessTable(memoryLimit: 1 << 20)
        let long = [String(repeating: "x", count: 4_000)]
        for pid in UInt32(10)..<10_000 {
            machine.event(.fork(parent: 1, child: pid), at: second)
            machine.executed(pid, at: second, start: second, long)
        }
        #expect(machine.table.isFull)
        #expect(machine.table.memoryBytes < 1 << 20 + 8_192)
    }

    @Test func `100,000 living processes take at most 64 MiB, and about what is estimated`() {
        let machine = Machine()
        machine.table = ProcessTable(memoryLimit: 256 << 20)
        let before = Self.residentBytes
        for pid in UInt32(10)..<100_010 {
            machine.event(.fork(parent: 1, child: pid), at: second)
            machine.executed(pid, at: second, start: second, ["/usr/lib/service", "--instance", "\(pid)"])
        }
        // Other tests allocate too, but far less.
        let taken = Self.residentBytes - before
        #expect(taken < 64 << 20)
        #expect(machine.table.memoryBytes < 64 << 20)
        #expect(taken < 2 * machine.table.memoryBytes)
    }

    /// The resident memory of the test process.
    private static var residentBytes: Int {
        let text = (try? Descriptor.open("/proc/self/statm").readText()) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(getpagesize())
    }
}
