import Logging
import Netlink
import TaskstatsKernel
import TaskstatsModel

/// The sockets of a previous instance that ended without deregistering, kept by the service manager.
///
/// While they were kept, no other process could bind their port ids, so no one else received records. They are drained
/// and deregistered before the manager closes them, and their content is logged as the end of that instance.
enum StoredSockets {
    /// Drains and deregisters the sockets, and has the manager close them.
    static func takeOver(
        _ sockets: [StoredSocket], family: TaskstatsFamily, possible: CPUSet, batch: MessageBatch,
        manager: ServiceManager?, log: Logger
    ) throws(StartupFailure) {
        guard !sockets.isEmpty else { return }
        var (cpus, records, dropped) = (CPUSet(), 0, 0)
        for stored in sockets {
            let removal: RegistrationRemoval
            do throws(NetlinkError) {
                removal = try .run(over: stored.socket, family: family, cpus: possible, batch: batch)
            } catch {
                throw .storedSocket(cpu: stored.cpu, "\(error)")
            }
            cpus.insert(stored.cpu)
            records += removal.records
            dropped += Int(removal.dropped)
            log.debug(
                "took over a socket of the previous instance",
                metadata: [
                    "cpu": "\(stored.cpu)", "port": "\(stored.socket.portID)", "records": "\(removal.records)",
                    "dropped": "\(removal.dropped)",
                ])
        }
        for cpu in cpus { manager?.forget(StoredSocket.name(cpu: cpu)) }
        log.notice(
            "the previous instance ended without deregistering; drained and deregistered its sockets",
            metadata: ["cpus": "\(cpus)", "unread_records": "\(records)", "dropped_records": "\(dropped)"])
    }
}
