import LinuxSystem
import Netlink
import TaskstatsModel

/// The taskstats family of generic netlink and its requests, numbered as in <linux/taskstats.h> and
/// <linux/cgroupstats.h>.
package struct TaskstatsFamily: Hashable, Sendable {
    static let name = "TASKSTATS"

    enum Command {
        static let get: UInt8 = 1
        static let new: UInt8 = 2
        static let cgroupGet: UInt8 = 4
        static let cgroupNew: UInt8 = 5
    }

    enum RequestAttribute {
        static let pid: UInt16 = 1
        static let tgid: UInt16 = 2
        static let registerCPUs: UInt16 = 3
        static let deregisterCPUs: UInt16 = 4
        static let cgroupDescriptor: UInt16 = 1
    }

    enum ReplyAttribute {
        static let pid: UInt16 = 1
        static let tgid: UInt16 = 2
        static let stats: UInt16 = 3
        static let taskAggregate: UInt16 = 4
        static let processAggregate: UInt16 = 5
        static let cgroupStats: UInt16 = 1
    }

    /// The number of the family, assigned at boot.
    package let id: UInt16

    /// Creates a family with this number.
    package init(id: UInt16) { self.id = id }

    /// Looks up the family; fails with ENOENT without CONFIG_TASKSTATS, or in an old kernel's network namespace.
    package static func lookUp(
        over port: borrowing some NetlinkPort & ~Copyable, batch: MessageBatch
    ) throws(NetlinkError) -> TaskstatsFamily {
        TaskstatsFamily(id: try GenericNetlinkFamily.lookUp(name, over: port, batch: batch).id)
    }

    func get(pid: UInt32, sequence: UInt32) throws(NetlinkError) -> GenericNetlinkRequest {
        try request("get pid \(pid)", Command.get, sequence, .u32(type: RequestAttribute.pid, pid))
    }

    func get(tgid: UInt32, sequence: UInt32) throws(NetlinkError) -> GenericNetlinkRequest {
        try request("get tgid \(tgid)", Command.get, sequence, .u32(type: RequestAttribute.tgid, tgid))
    }

    func get(cgroup descriptor: Int32, sequence: UInt32) throws(NetlinkError) -> GenericNetlinkRequest {
        try request(
            "get the cgroup", Command.cgroupGet, sequence,
            .u32(type: RequestAttribute.cgroupDescriptor, UInt32(bitPattern: descriptor)))
    }

    func register(cpu: Int, sequence: UInt32) throws(NetlinkError) -> GenericNetlinkRequest {
        try request(
            "register CPU \(cpu)", Command.get, sequence,
            .string(type: RequestAttribute.registerCPUs, String(cpu)))
    }

    func deregister(cpu: Int, sequence: UInt32) throws(NetlinkError) -> GenericNetlinkRequest {
        try request(
            "deregister CPU \(cpu)", Command.get, sequence,
            .string(type: RequestAttribute.deregisterCPUs, String(cpu)))
    }

    func deregister(cpus: CPUSet, sequence: UInt32) throws(NetlinkError) -> GenericNetlinkRequest {
        try request(
            "deregister CPU \(cpus)", Command.get, sequence,
            .string(type: RequestAttribute.deregisterCPUs, cpus.description))
    }

    private func request(
        _ operation: String, _ command: UInt8, _ sequence: UInt32, _ attribute: GenericNetlinkRequest.Attribute
    ) throws(NetlinkError) -> GenericNetlinkRequest {
        try GenericNetlinkRequest(operation, family: id, command: command, sequence: sequence, attribute)
    }
}
