import Glibc
import Testing

@testable import TaskstatsModel

@Suite struct SignalNameTests {
    @Test func `names agree with the constants of the C library`() {
        let constants: [(String, Int32)] = [
            ("SIGHUP", SIGHUP), ("SIGINT", SIGINT), ("SIGQUIT", SIGQUIT), ("SIGILL", SIGILL), ("SIGTRAP", SIGTRAP),
            ("SIGABRT", SIGABRT), ("SIGBUS", SIGBUS), ("SIGFPE", SIGFPE), ("SIGKILL", SIGKILL), ("SIGUSR1", SIGUSR1),
            ("SIGSEGV", SIGSEGV), ("SIGUSR2", SIGUSR2), ("SIGPIPE", SIGPIPE), ("SIGALRM", SIGALRM),
            ("SIGTERM", SIGTERM), ("SIGSTKFLT", SIGSTKFLT), ("SIGCHLD", SIGCHLD), ("SIGCONT", SIGCONT),
            ("SIGSTOP", SIGSTOP), ("SIGTSTP", SIGTSTP), ("SIGTTIN", SIGTTIN), ("SIGTTOU", SIGTTOU),
            ("SIGURG", SIGURG), ("SIGXCPU", SIGXCPU), ("SIGXFSZ", SIGXFSZ), ("SIGVTALRM", SIGVTALRM),
            ("SIGPROF", SIGPROF), ("SIGWINCH", SIGWINCH), ("SIGIO", SIGIO), ("SIGPWR", SIGPWR), ("SIGSYS", SIGSYS),
        ]
        #expect(constants.count == 31)
        for (name, signal) in constants { #expect(SignalName.of(UInt8(signal)) == name) }
    }

    @Test func `real-time signals count from the first free one`() {
        #expect(SignalName.of(34) == "SIGRTMIN")
        #expect(SignalName.of(35) == "SIGRTMIN+1")
        #expect(SignalName.of(64) == "SIGRTMIN+30")
    }

    @Test(arguments: [0, 32, 33, 65, 127, 255] as [UInt8])
    func `a signal without a name is its number`(signal: UInt8) {
        #expect(SignalName.of(signal) == "SIG\(signal)")
    }
}
