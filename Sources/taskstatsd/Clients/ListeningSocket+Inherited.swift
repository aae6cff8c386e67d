import CLinux
import Glibc
import LinuxSystem

/// A socket that is already listening at startup, passed by systemd (taskstats.socket) or another parent process.
extension ListeningSocket {
    /// Adopts the one passed descriptor.
    static func inherit(_ count: Int, from first: Int32 = ServiceEnvironment.firstDescriptor) throws(Failure)
        -> ListeningSocket
    {
        guard count == 1 else { throw .inherited("\(count) sockets were passed, but taskstatsd serves only one") }
        guard fcntl(first, F_GETFD) >= 0 else { throw .inherited("descriptor \(first) is not open") }
        guard try option(SO_DOMAIN, first) == AF_UNIX else { throw .inherited("it is not a Unix socket") }
        guard try option(SO_TYPE, first) == Int32(SOCK_STREAM.rawValue) else {
            throw .inherited("it is not a stream socket")
        }
        guard try option(SO_ACCEPTCONN, first) == 1 else { throw .inherited("it does not listen") }
        let flags = fcntl(first, F_GETFL)
        guard flags >= 0, fcntl(first, F_SETFL, flags | O_NONBLOCK) == 0, fcntl(first, F_SETFD, FD_CLOEXEC) == 0 else {
            throw .inherited("\(SystemError.last("fcntl"))")
        }
        clinux_refuse_descriptors(first)
        let path = UnixSocket.path(of: first) ?? "an unnamed socket"
        do throws(SystemError) {
            return ListeningSocket(inherited: try Descriptor(first, of: "fcntl"), path: path)
        } catch {
            throw .inherited("\(error)")
        }
    }

    private static func option(_ name: Int32, _ descriptor: Int32) throws(Failure) -> Int32 {
        do throws(SystemError) {
            return try SocketOption.read(name, of: descriptor)
        } catch {
            guard error.errno != ENOTSOCK else { throw .inherited("descriptor \(descriptor) is not a socket") }
            throw .inherited("\(error)")
        }
    }
}
