import Glibc
import LinuxSystem

/// The service manager that started the daemon and wants to be told how it is (sd_notify(3)): one datagram per message.
final class ServiceManager {
    /// It cannot be told anything.
    struct Unreachable: Error, CustomStringConvertible {
        let path: String
        let error: SystemError

        var description: String {
            "cannot tell the service manager at NOTIFY_SOCKET=\(path): \(error); "
                + "unset the variable where no service manager is waiting"
        }
    }

    private let path: String
    private let socket: Descriptor
    private let watchdogNanoseconds: UInt64?
    private var reports: ServiceReports

    /// Connects to the manager's socket, which only the user that started the daemon may be allowed to.
    init(path: String, watchdogNanoseconds: UInt64?) throws(Unreachable) {
        do throws(SystemError) {
            socket = try UnixSocket.connectDatagram(to: path)
        } catch {
            throw Unreachable(path: path, error: error)
        }
        self.path = path
        self.watchdogNanoseconds = watchdogNanoseconds
        reports = ServiceReports(watchdogNanoseconds: watchdogNanoseconds, now: Clock.monotonic())
    }

    /// The service works; waits until the manager has room for that.
    func ready() throws(Unreachable) {
        reports = ServiceReports(watchdogNanoseconds: watchdogNanoseconds, now: Clock.monotonic())
        do throws(SystemError) {
            try send("READY=1\nSTATUS=\(ServiceReports.State().text)", flags: 0)
        } catch {
            throw Unreachable(path: path, error: error)
        }
    }

    /// The service is about to end.
    func stopping() { sendIfThereIsRoom("STOPPING=1\nSTATUS=taskstatsd is stopping") }

    /// When the loop must turn next for the manager's sake, in monotonic nanoseconds.
    var nextDue: UInt64? { reports.nextDue }

    /// The loop has turned.
    func loopTurned(_ state: ServiceReports.State) {
        for message in reports.turned(state, now: Clock.monotonic()) { sendIfThereIsRoom(message) }
    }

    /// A manager that is behind or gone hears nothing: the next report comes in time, and serving clients goes first.
    private func sendIfThereIsRoom(_ message: String) {
        try? send(message, flags: Int32(MSG_DONTWAIT))
    }

    private func send(_ message: String, flags: Int32) throws(SystemError) {
        var text = message
        let sent = text.withUTF8 { bytes in
            while true {
                let sent = unsafe Glibc.send(
                    socket.number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | flags)
                if sent >= 0 || errno != EINTR { return sent }
            }
        }
        if sent < 0 { throw .last("send") }
    }
}
