import CLinux
import Glibc
import LinuxSystem
import Logging

/// The service manager that started the daemon, which receives its status reports (sd_notify(3)) as datagrams.
final class ServiceManager {
    /// The manager's socket does not accept messages.
    struct Unreachable: Error, CustomStringConvertible {
        let path: String
        let error: SystemError

        var description: String {
            "cannot notify the service manager at NOTIFY_SOCKET=\(path): \(error) "
                + "(unset the variable if there is no service manager)"
        }
    }

    private let path: String
    private let socket: Descriptor
    private let watchdogNanoseconds: UInt64?
    private var reports: ServiceReports
    private var store = DescriptorStoreQueue()
    private let log: Logger?

    /// Connects to the manager's socket, which may be accessible only to the user that started the daemon.
    init(path: String, watchdogNanoseconds: UInt64?, log: Logger? = nil) throws(Unreachable) {
        self.log = log
        do throws(SystemError) {
            socket = try UnixSocket.connectDatagram(to: path)
        } catch {
            throw Unreachable(path: path, error: error)
        }
        self.path = path
        self.watchdogNanoseconds = watchdogNanoseconds
        reports = ServiceReports(watchdogNanoseconds: watchdogNanoseconds, now: SystemClock.monotonicNanoseconds)
    }

    /// Reports readiness; waits until the manager has room for the message.
    func ready() throws(Unreachable) {
        reports = ServiceReports(watchdogNanoseconds: watchdogNanoseconds, now: SystemClock.monotonicNanoseconds)
        do throws(SystemError) {
            try send("READY=1\nSTATUS=\(ServiceReports.State().text)", flags: 0)
        } catch {
            throw Unreachable(path: path, error: error)
        }
    }

    /// Reports that the service is about to end.
    func stopping() { sendIfThereIsRoom("STOPPING=1\nSTATUS=taskstatsd is stopping") }

    /// When the next loop iteration must run for the manager's sake, in monotonic nanoseconds.
    var nextDue: UInt64? { [reports.nextDue, store.nextDue].compactMap { $0 }.min() }

    /// Sends due reports after an iteration of the loop.
    func loopTurned(_ state: ServiceReports.State) {
        for message in reports.iterated(state, now: SystemClock.monotonicNanoseconds) { sendIfThereIsRoom(message) }
        sendStoreMessages()
    }

    // MARK: The descriptor store

    /// Asks the manager to keep a socket after this process ends, under a name (sd_pid_notify_with_fds(3)).
    ///
    /// A manager that is behind receives it later; a manager without a descriptor store ignores it. The descriptor must
    /// stay open until `forget`.
    func keep(_ descriptor: Int32, as name: String) {
        store.keep(descriptor, as: name)
        sendStoreMessages()
    }

    /// Asks the manager to close the sockets stored under a name.
    func forget(_ name: String) {
        store.forget(name)
        sendStoreMessages()
    }

    /// Cancels sending a socket that is about to be closed.
    func cancel(_ descriptor: Int32) { store.cancel(descriptor) }

    private func sendStoreMessages() {
        let now = SystemClock.monotonicNanoseconds
        while let message = store.next(now: now) {
            do throws(SystemError) {
                try send(message)
                store.sent()
            } catch {
                switch error.errno {
                case EAGAIN, ENOBUFS, ENOMEM, ETOOMANYREFS: store.postpone(now: now)
                default:
                    store.sent()
                    guard store.isFirstFailure() else { continue }
                    log?.notice(
                        "cannot use the descriptor store of the service manager", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func send(_ message: DescriptorStoreQueue.Message) throws(SystemError) {
        switch message {
        case .forget(let name): try send("FDSTOREREMOVE=1\nFDNAME=\(name)", flags: Int32(MSG_DONTWAIT))
        case .keep(let descriptor, let name):
            // Without FDPOLL=0 the manager would drop a socket that reports an error.
            var text = "FDSTORE=1\nFDNAME=\(name)\nFDPOLL=0"
            let status = text.withUTF8 {
                unsafe clinux_send_with_descriptor(socket.number, $0.baseAddress, $0.count, descriptor)
            }
            if status < 0 { throw .last("sendmsg") }
        }
    }

    /// Skips the message if the manager is behind or gone: the next report follows soon, and serving clients comes
    /// first.
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
