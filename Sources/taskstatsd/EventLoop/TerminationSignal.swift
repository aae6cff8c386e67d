import CLinux
import Glibc
import LinuxSystem

/// A signal that shuts the daemon down cleanly: one that can be caught and whose default action ends a process.
///
/// The kernel sends some of them for errors of the process, such as SIGSEGV. It forces such a signal on the faulting
/// thread, even if blocked, so a crash remains a crash.
struct TerminationSignal: Hashable {
    /// The number of the signal.
    let number: Int32

    /// All of them.
    static var all: [TerminationSignal] {
        named.map { Self(number: $0.number) } + realTime.map(Self.init)
    }

    /// The name as kill(1) knows it.
    var name: String {
        if let known = Self.named.first(where: { $0.number == number }) { return known.name }
        return number < Self.firstForPrograms ? "signal \(number)" : "SIGRTMIN+\(number - Self.firstForPrograms)"
    }

    /// The daemon's exit status after this signal.
    ///
    /// Signals that people and service managers use to stop a service are not failures.
    var exitStatus: Int32 { [SIGTERM, SIGINT, SIGHUP].contains(number) ? 0 : 128 + number }

    private static let named: [(number: Int32, name: String)] = [
        (SIGHUP, "SIGHUP"), (SIGINT, "SIGINT"), (SIGQUIT, "SIGQUIT"), (SIGILL, "SIGILL"), (SIGTRAP, "SIGTRAP"),
        (SIGABRT, "SIGABRT"), (SIGBUS, "SIGBUS"), (SIGFPE, "SIGFPE"), (SIGUSR1, "SIGUSR1"), (SIGSEGV, "SIGSEGV"),
        (SIGUSR2, "SIGUSR2"), (SIGALRM, "SIGALRM"), (SIGTERM, "SIGTERM"), (SIGXCPU, "SIGXCPU"), (SIGXFSZ, "SIGXFSZ"),
        (SIGVTALRM, "SIGVTALRM"), (SIGPROF, "SIGPROF"), (SIGPOLL, "SIGPOLL"), (SIGPWR, "SIGPWR"), (SIGSYS, "SIGSYS"),
        (SIGSTKFLT, "SIGSTKFLT"),
    ]
    /// The real-time signals of the kernel.
    private static let realTime: ClosedRange<Int32> = 32...64
    /// SIGRTMIN of the C library, which reserves the signals below it.
    private static let firstForPrograms: Int32 = 34
}

extension SignalQueue {
    /// Returns a queue of the termination signals, so that each shuts the daemon down cleanly; SIGPIPE is ignored.
    ///
    /// A signal that was ignored when the process started stays ignored, as nohup(1) requires for SIGHUP, except for
    /// SIGTERM and SIGINT.
    static func termination() throws(SystemError) -> SignalQueue {
        _ = signal(SIGPIPE, SIG_IGN)
        return try SignalQueue(
            TerminationSignal.all.map(\.number).filter { number in
                [SIGTERM, SIGINT].contains(number) || !clinux_is_ignored(number)
            })
    }
}
