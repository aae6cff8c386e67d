import Testing

@testable import TaskstatsModel

@Suite struct ExitStatusTests {
    @Test("An exit code is in the second byte")
    func codes() {
        for code in UInt8.min...UInt8.max {
            #expect(ExitStatus(waitStatus: UInt32(code) << 8, flags: []) == .code(code))
        }
    }

    @Test("Only code 0 is success")
    func success() {
        #expect(ExitStatus.code(0).isSuccess)
        #expect(!ExitStatus.code(1).isSuccess)
        #expect(!ExitStatus.code(255).isSuccess)
        #expect(!ExitStatus.signal(15, coreDumped: false).isSuccess)
    }

    @Test("A signal is in the low seven bits", arguments: 1...127 as ClosedRange<UInt8>)
    func signals(signal: UInt8) {
        #expect(ExitStatus(waitStatus: UInt32(signal), flags: .killedBySignal) == .signal(signal, coreDumped: false))
        #expect(ExitStatus(waitStatus: UInt32(signal) | 0x80, flags: []) == .signal(signal, coreDumped: true))
    }

    @Test("A core is told by the status or by the flag")
    func core() {
        #expect(ExitStatus(waitStatus: 11, flags: .dumpedCore) == .signal(11, coreDumped: true))
        #expect(ExitStatus(waitStatus: 139, flags: [.dumpedCore, .killedBySignal]) == .signal(11, coreDumped: true))
    }

    @Test("Flags alone do not make a signal of a code")
    func flagsOfCode() {
        #expect(ExitStatus(waitStatus: 0x0100, flags: [.dumpedCore, .killedBySignal]) == .code(1))
    }

    @Test("What lies above the wait status does not count")
    func highBits() {
        #expect(ExitStatus(waitStatus: 0xffff_0200, flags: []) == .code(2))
    }

    @Test("Flags are the kernel's bits")
    func flags() {
        let bits: [(AccountingFlags, UInt8)] = [
            (.forkedWithoutExec, 1), (.usedPrivilege, 2), (.dumpedCore, 8), (.killedBySignal, 16),
            (.lastOfProcess, 32),
        ]
        for (flag, bit) in bits { #expect(flag.rawValue == bit) }
    }
}
