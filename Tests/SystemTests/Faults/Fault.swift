/// A system call of the daemon's loop, and an error that it can return.
struct Fault: CustomStringConvertible, Sendable {
    let call: String
    let error: String

    var description: String { "\(call) \(error)" }

    /// Every call of the loop that can fail, with its possible errors.
    ///
    /// EAGAIN is not a failure of recvmmsg but the end of every drain. Returned for a socket that is not empty, which
    /// the kernel never does, it would make the daemon deregister with records still queued.
    static let all: [Fault] = [
        "epoll_wait": ["EINTR"],
        "epoll_ctl": ["ENOMEM", "ENOSPC"],
        "accept4": ["EINTR", "EAGAIN", "ECONNABORTED", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"],
        "getsockopt": ["ENOBUFS", "ENOMEM"],
        "setsockopt": ["ENOMEM", "ENOBUFS"],
        "socket": ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"],
        "bind": ["ENOMEM"],
        "getsockname": ["ENOBUFS"],
        "sendto": ["EINTR", "EAGAIN", "ENOBUFS", "ENOMEM", "ECONNREFUSED"],
        "recvmmsg": ["EINTR", "ENOBUFS", "ENOMEM"],
        "sendmsg": ["EINTR", "EAGAIN", "ENOBUFS", "ENOMEM", "EPIPE", "ECONNREFUSED", "ECONNRESET"],
        "read": ["EINTR", "EAGAIN", "ENOMEM", "ECONNRESET", "ESRCH"],
        "openat": ["EINTR", "EMFILE", "ENFILE", "ENOMEM", "ESRCH"],
        "newfstatat": ["ENOMEM", "ESRCH"],
    ].flatMap { call, errors in errors.map { Fault(call: call, error: $0) } }
        .sorted { $0.description < $1.description }
}
