import Glibc
import LinuxSystem
import Netlink
import TaskstatsKernel
import TaskstatsModel

/// Port ids that may still be registered and are held by another user's process.
///
/// When a daemon is killed, the kernel removes its registration once it finds the port id unused. A process that binds
/// the id first keeps the registration and receives the records for as long as it lives. The kernel accepts a command
/// only from the port id itself. But port ids are per network namespace, and registrations are not: a socket with the
/// same id in another network namespace removes the registration. Deregistering an unregistered port has no effect.
struct ForeignHolders {
    /// How to treat the registrations of a socket.
    enum Verdict: Equatable {
        /// Keep: the holder may register. Root created the socket, or every holder has CAP_NET_ADMIN.
        case trusted
        /// Their program has ended, and only the service manager still holds the socket.
        case kept
        /// Remove: the socket is held by a process without the right to register, or, if nil, by no process.
        case foreign(SocketHolder?)
        /// No holder was found, and not every process could be examined.
        case unknown
    }

    /// A deregistered port id.
    struct Removal: Equatable, CustomStringConvertible {
        var port: UInt32
        var holder: SocketHolder?
        /// Whether the port id is still held; a short-lived program can have released it meanwhile.
        var isHeld = true

        var description: String {
            guard let holder else { return "port id \(port) (held by no process)" }
            return "port id \(port) (held by pid \(holder.pid), uid \(holder.realUID))"
        }
    }

    /// The port ids whose registrations were removed.
    private(set) var removed: [Removal] = []
    /// The number of sockets whose holders could not be determined.
    private(set) var unknown = 0
    /// The reason why some checks or removals failed.
    private(set) var problem: String?
    /// Whether the problem is a missing privilege.
    private(set) var needsPrivilege = false

    /// Creates a result without removals.
    init(problem: String? = nil) { self.problem = problem }

    /// Decides how to treat one socket.
    ///
    /// A program that registers and then drops its privileges is trusted, because root created its socket and an
    /// ordinary user cannot. A set-user-id program proves nothing: any user can start one and have it inherit a socket.
    static func verdict(holders: [SocketHolder], isComplete: Bool) -> Verdict {
        guard !holders.isEmpty else { return isComplete ? .foreign(nil) : .unknown }
        if holders.contains(where: { $0.creatorUID == 0 }) { return .trusted }
        let foreign = holders.first { holder in
            !holder.isNetAdmin || holder.realUID != 0 && holder.effectiveUID != holder.creatorUID
        }
        if let foreign { return .foreign(foreign) }
        return holders.contains { $0.effectiveUID == $0.creatorUID } ? .trusted : .kept
    }

    /// Removes the registrations of sockets whose holders have no right to them.
    ///
    /// `includingKept` extends this to sockets that only the service manager holds, before it closes them.
    static func removeRegistrations(
        of sockets: Set<GenericNetlinkSocket>, on cpus: CPUSet, includingKept: Bool, batch: MessageBatch
    ) -> ForeignHolders {
        var result = ForeignHolders()
        guard !sockets.isEmpty else { return result }
        guard (try? Privilege.has(Privilege.Capability.inspectProcesses)) == true else {
            result.problem = "needs root: CAP_SYS_PTRACE, CAP_SYS_ADMIN and CAP_NET_ADMIN"
            result.needsPrivilege = true
            return result
        }
        let found = SocketHolders.find(Set(sockets.map(\.inode)))
        let stillBound = GenericNetlinkSocket.bound() ?? sockets
        for socket in sockets.sorted(by: { $0.port < $1.port }) {
            let isHeld = stillBound.contains(socket)
            let holders = found.holders[socket.inode] ?? []
            switch verdict(holders: holders, isComplete: found.isComplete) {
            case .trusted: break
            case .unknown: if isHeld { result.unknown += 1 }
            case .kept where !includingKept: break
            case .kept: result.removed.append(Removal(port: socket.port, holder: holders.first, isHeld: isHeld))
            case .foreign(let holder):
                result.removed.append(Removal(port: socket.port, holder: holder, isHeld: isHeld))
            }
        }
        result.deregister(on: cpus, batch)
        result.removed.removeAll { !$0.isHeld }
        return result
    }

    /// Deregisters the ports that were found; ports that stay registered are not reported as removed.
    private mutating func deregister(on cpus: CPUSet, _ batch: MessageBatch) {
        var pending = removed[...]
        removed = []
        do {
            let family = pending.isEmpty ? nil : try Self.family(batch)
            while let family, !pending.isEmpty {
                let chunk = pending.prefix(NetlinkSocket.elsewhereLimit)
                pending = pending.dropFirst(chunk.count)
                var done: Set<UInt32> = []
                var failure: NetlinkError?
                try NetlinkSocket.forEachElsewhere(ports: Set(chunk.map(\.port)).sorted()) { port, socket in
                    do throws(NetlinkError) {
                        _ = try RegistrationRemoval.run(over: socket, family: family, cpus: cpus, batch: batch)
                        done.insert(port)
                    } catch {
                        failure = error
                    }
                }
                removed += chunk.filter { done.contains($0.port) }
                if let failure { throw failure }
            }
        } catch let error as NetlinkError where error.errno == ENOENT {
            problem = "before Linux 5.19, taskstats exists only in the initial network namespace"
        } catch {
            problem = "\(error)"
        }
    }

    private static func family(_ batch: MessageBatch) throws -> TaskstatsFamily {
        let port = try NetlinkSocket.open()
        return try TaskstatsFamily.lookUp(over: port, batch: batch)
    }
}
