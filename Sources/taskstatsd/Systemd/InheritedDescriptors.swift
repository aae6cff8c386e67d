import Glibc
import LinuxSystem
import Netlink
import TaskstatsModel

/// A registered netlink socket of a previous instance that the service manager kept open.
final class StoredSocket {
    let cpu: Int
    let socket: NetlinkSocket

    init(cpu: Int, socket: consuming NetlinkSocket) {
        self.cpu = cpu
        self.socket = socket
    }

    private static let prefix = "cpu-"

    /// Returns the name under which the manager stores the socket of a CPU.
    static func name(cpu: Int) -> String { prefix + "\(cpu)" }

    /// Returns the CPU of a socket name; nil for any other name.
    static func cpu(named name: String) -> Int? {
        guard name.hasPrefix(prefix), let cpu = Int(name.dropFirst(prefix.count)), self.name(cpu: cpu) == name,
            (0..<CPUSet.limit).contains(cpu)
        else { return nil }
        return cpu
    }
}

/// The descriptors that a service manager passes at startup: listening sockets, and stored netlink sockets.
///
/// A stored socket is recognised by its name and its type. If they disagree, startup fails, because the descriptor
/// could be anything.
struct InheritedDescriptors {
    /// A descriptor whose name and type disagree, or that has no purpose here.
    struct Refused: Error, Equatable, CustomStringConvertible {
        let descriptor: Int32
        let name: String
        let problem: String

        var description: String {
            "cannot use descriptor \(descriptor) (\"\(name)\") from the service manager: \(problem)"
        }
    }

    private(set) var listening: [Int32] = []
    private(set) var stored: [StoredSocket] = []

    /// Takes over the stored sockets among the descriptors; the listening ones stay as they are.
    init(
        _ service: ServiceEnvironment, from first: Int32 = ServiceEnvironment.firstDescriptor
    ) throws(Refused) {
        for index in 0..<service.sockets {
            let descriptor = first + Int32(index)
            let name = service.names.isEmpty ? "" : service.names[index]
            let isNetlink = (try? SocketOption.read(SO_DOMAIN, of: descriptor)) == AF_NETLINK
            if let cpu = StoredSocket.cpu(named: name) {
                stored.append(StoredSocket(cpu: cpu, socket: try Self.takeOver(descriptor, name)))
            } else if isNetlink {
                throw Refused(
                    descriptor: descriptor, name: name, problem: "netlink socket without a CPU name")
            } else {
                listening.append(descriptor)
            }
        }
    }

    /// Transfers ownership of the stored sockets, so that they are closed after use.
    mutating func takeStored() -> [StoredSocket] {
        defer { stored = [] }
        return stored
    }

    private static func takeOver(_ descriptor: Int32, _ name: String) throws(Refused) -> NetlinkSocket {
        do throws(SystemError) {
            guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw .last("fcntl") }
            return try .adopt(try Descriptor(descriptor, of: "fcntl"))
        } catch {
            let isOtherKind = error.errno == EPROTOTYPE || error.errno == ENOTSOCK
            throw Refused(
                descriptor: descriptor, name: name,
                problem: isOtherKind ? "not a bound generic netlink socket" : "\(error)")
        }
    }
}
