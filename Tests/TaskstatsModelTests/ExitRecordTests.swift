import Testing

@testable import TaskstatsModel

@Suite struct ExitRecordTests {
    @Test func `process, last flag and exit status come from the task's own statistics`() throws {
        let task = try TaskstatsFixture.version17.record()
        let record = ExitRecord(cpu: 3, sequence: 9, time: 11, pid: 77, task: task)
        #expect(record.cpu == 3)
        #expect(record.sequence == 9)
        #expect(record.time == 11)
        #expect(record.pid == 77)
        #expect(record.tgid == UInt32(1_349_000_368))
        #expect(record.isLast == true)
        #expect(record.exit == .code(42))
        #expect(record.task == task)
        #expect(record.process == nil)
    }

    @Test func `a thread that leaves others running does not end its process`() throws {
        var task = try TaskstatsFixture.version17.record()
        task.set(.acFlag, to: 0x1f)
        #expect(ExitRecord(cpu: 0, pid: 1, task: task).isLast == false)
    }

    @Test func `the process's id alone does not make a thread the last one`() {
        var task = TaskRecord(kind: .task)
        task.set(.acPid, to: 5)
        task.set(.acTgid, to: 5)
        task.set(.acFlag, to: 0)
        #expect(ExitRecord(cpu: 0, pid: 5, task: task).isLast == false)
    }

    @Test func `before version 12 the kernel reports neither the process nor its end`() throws {
        let record = ExitRecord(cpu: 0, pid: 1, task: try TaskstatsFixture.version9.record())
        #expect(record.tgid == nil)
        #expect(record.isLast == nil)
        #expect(record.exit == .signal(9, coreDumped: false))
    }

    @Test func `version 1 reports no exit status`() throws {
        let record = ExitRecord(cpu: 0, pid: 1, task: try TaskstatsFixture.version1.record())
        #expect(record.tgid == nil)
        #expect(record.isLast == nil)
        #expect(record.exit == nil)
    }

    @Test func `the sums of the process are kept unchanged`() throws {
        let process = try TaskstatsFixture.process16.record()
        let record = ExitRecord(cpu: 0, pid: 1, task: try TaskstatsFixture.version16.record(), process: process)
        #expect(record.process == process)
        #expect(record.isLast == true)
        #expect(record.exit == .signal(6, coreDumped: true))
    }

    @Test func `values read by a client are kept unchanged`() {
        let record = ExitRecord(
            cpu: 1, sequence: 2, time: 3, pid: 4, tgid: 5, isLast: false, exit: .code(6), task: TaskRecord(kind: .task),
            process: nil)
        #expect(record.tgid == 5)
        #expect(record.isLast == false)
        #expect(record.exit == .code(6))
    }

    @Test func `scopes have the names of the protocol`() {
        #expect(RecordScope.allCases.map(\.rawValue) == ["task", "process"])
    }
}
