import Glibc
import LinuxSystem
import Netlink
import TaskstatsProtocol
import Testing

@testable import taskstatsd

@Suite struct KernelRefusalTests {
    @Test func `every KernelError has an errno, as Protocol/ requires`() {
        let refused = NetlinkError.refused(operation: "get", SystemError("netlink", errno: ENOMEM))
        #expect(ProtocolError(kernel: refused).errno == "ENOMEM")
        #expect(ProtocolError(kernel: .unanswered(operation: "get")).errno == "EBADMSG")
        #expect(ProtocolError(kernel: .malformed("a record")).errno == "EBADMSG")
    }
}
