import LinuxSystem
import Netlink
import TaskstatsProtocol

extension ProtocolError {
    /// A refusal of the kernel for which the protocol has no name of its own.
    init(kernel error: NetlinkError, about subject: String? = nil) {
        let message = subject.map { "\($0): \(error)" } ?? "\(error)"
        self.init(.kernelError, message, errno: error.errno.map { SystemError("netlink", errno: $0).name })
    }
}
