import Testing

@testable import TaskstatsModel

@Suite struct ExitStatusTests {
    @Test func `an exit code is in the second byte`() {
        for code in UInt8.min...UInt8.max {
            #expect(ExitStatus(waitStatus: UInt32(code) << 8) == .code(code))
        }
    }

    @Test func `only code 0 is success`() {
        #expect(ExitStatus.code(0).isSuccess)
        #expect(!ExitStatus.code(1).isSuccess)
        #expect(!ExitStatus.code(255).isSuccess)
        #expect(!ExitStatus.signal(15, coreDumped: false).isSuccess)
    }

    @Test(arguments: 1...127 as ClosedRange<UInt8>)
    func `a signal is in the low seven bits`(signal: UInt8) {
        #expect(ExitStatus(waitStatus: UInt32(signal)) == .signal(signal, coreDumped: false))
        #expect(ExitStatus(waitStatus: UInt32(signal) | 0x80) == .signal(signal, coreDumped: true))
    }

    @Test func `only bit 0x80 of the status says that a core was dumped, whatever the accounting flags`() {
        #expect(ExitStatus(waitStatus: 11) == .signal(11, coreDumped: false))
        #expect(ExitStatus(waitStatus: 139) == .signal(11, coreDumped: true))
        var record = TaskRecord(kind: .task)
        record.set(.acExitcode, to: 11)
        record.set(.acFlag, to: UInt64(AccountingFlags.dumpedCore.rawValue))
        #expect(record.exitStatus == .signal(11, coreDumped: false))
        record.set(.acExitcode, to: 139)
        record.set(.acFlag, to: 0)
        #expect(record.exitStatus == .signal(11, coreDumped: true))
    }

    @Test func `bits above the wait status do not count`() {
        #expect(ExitStatus(waitStatus: 0xffff_0200) == .code(2))
    }

    @Test func `flags equal the kernel's bits`() {
        let bits: [(AccountingFlags, UInt8)] = [
            (.forkedWithoutExec, 1), (.usedPrivilege, 2), (.dumpedCore, 8), (.killedBySignal, 16),
            (.lastOfProcess, 32),
        ]
        for (flag, bit) in bits { #expect(flag.rawValue == bit) }
    }
}
