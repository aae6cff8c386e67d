internal import CLinux
import LinuxSystem

extension NetlinkSocket {
    /// The maximum number of sockets per call.
    package static var elsewhereLimit: Int { 256 }

    /// Opens a socket for each port id in a separate network namespace, and passes the sockets to `body` one by one.
    ///
    /// Port ids are per network namespace, so it does not matter which process holds the ids in this one. Needs
    /// CAP_SYS_ADMIN, or permission to create a user namespace; fails with EPERM otherwise.
    package static func forEachElsewhere(
        ports: [UInt32], _ body: (UInt32, borrowing NetlinkSocket) -> Void
    ) throws(SystemError) {
        precondition(ports.count <= elsewhereLimit, "more ports than one call opens")
        var numbers = [Int32](repeating: -1, count: ports.count)
        let error = unsafe clinux_open_ports_elsewhere(ports, &numbers, ports.count)
        guard error == 0 else { throw SystemError("unshare", errno: error) }
        var failure: SystemError?
        // All of them are adopted, even after one that fails, so that each is closed.
        for (port, number) in zip(ports, numbers) {
            do throws(SystemError) {
                let socket = try adopt(try Descriptor(number, of: "socket"))
                body(port, socket)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
