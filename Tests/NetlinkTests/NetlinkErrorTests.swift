import Glibc
import LinuxSystem
import Netlink
import Testing

@Suite struct NetlinkErrorTests {
    @Test(
        arguments: [
            (
                NetlinkError.refused(operation: "register CPU 1", SystemError("netlink", errno: EPERM)),
                "the kernel refused to register CPU 1: netlink: Operation not permitted (EPERM)", EPERM
            ),
            (
                .system(SystemError("recvmmsg", errno: ENOBUFS)),
                "netlink socket: recvmmsg: No buffer space available (ENOBUFS)", ENOBUFS
            ),
            (.unanswered(operation: "get pid 7"), "the kernel did not answer the request to get pid 7", nil),
            (.malformed("truncated header"), "malformed netlink message: truncated header", nil),
        ] as [(NetlinkError, String, Int32?)])
    func `an error is one line with the failed operation and the reason`(
        error: NetlinkError, text: String, errno: Int32?
    ) {
        #expect(error.description == text)
        #expect(error.errno == errno)
    }
}
