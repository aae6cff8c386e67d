import Glibc
import LinuxSystem
import Netlink
import TestSupport
import Testing

@testable import taskstatsd

@Suite(.serialized) struct InheritedDescriptorsTests {
    /// Numbers that are unused by other tests.
    private static let first: Int32 = 900

    /// Puts sockets at consecutive numbers, as a service manager passes them.
    private func inherit(
        _ sockets: [(name: String, descriptor: Int32)]
    ) throws(InheritedDescriptors.Refused) -> InheritedDescriptors {
        for (index, socket) in sockets.enumerated() { dup2(socket.descriptor, Self.first + Int32(index)) }
        var service = ServiceEnvironment.none
        service.sockets = sockets.count
        service.names = sockets.map(\.name)
        return try InheritedDescriptors(service, from: Self.first)
    }

    private func closeAll(_ count: Int32) { for number in Self.first..<Self.first + count { _ = close(number) } }

    @Test func `stored sockets and the listening socket are distinguished in any order`() throws {
        let directory = try TemporaryDirectory()
        let listening = try ListeningSocket.open(path: directory.file("socket"))
        let one = try NetlinkSocket.open()
        let two = try NetlinkSocket.open()
        let inherited = try inherit([
            ("cpu-3", one.descriptor), ("taskstats.socket", listening.descriptor.number), ("cpu-12", two.descriptor),
        ])
        #expect(inherited.listening == [Self.first + 1])
        #expect(inherited.stored.map(\.cpu) == [3, 12])
        #expect(inherited.stored.map { $0.socket.portID } == [one.portID, two.portID])
        #expect(fcntl(Self.first, F_GETFD) & FD_CLOEXEC != 0)
        _ = close(Self.first + 1)
        withExtendedLifetime(inherited) {}
    }

    @Test func `a descriptor that does not match its name is refused, with its number and name`() throws {
        let pair = try SocketPair.open()
        let error = #expect(throws: InheritedDescriptors.Refused.self) {
            try inherit([("cpu-0", pair.ours.number)])
        }
        #expect(error?.descriptor == Self.first)
        #expect(error?.description.contains("cpu-0") == true)
        #expect(error?.problem == "not a bound generic netlink socket")
        closeAll(1)
    }

    @Test(arguments: ["", "cpu-", "cpu-01", "cpu--1", "other"])
    func `a netlink socket without a CPU name is refused`(name: String) throws {
        let socket = try NetlinkSocket.open()
        let error = #expect(throws: InheritedDescriptors.Refused.self) { try inherit([(name, socket.descriptor)]) }
        #expect(error?.problem == "netlink socket without a CPU name")
        closeAll(1)
    }

    @Test func `names map to CPUs, in one spelling only`() {
        #expect(StoredSocket.name(cpu: 7) == "cpu-7")
        #expect(StoredSocket.cpu(named: "cpu-7") == 7)
        for name in ["cpu-07", "cpu-+7", "cpu-70000", "cpu-", "cpu7", "CPU-7"] {
            #expect(StoredSocket.cpu(named: name) == nil, "\(name)")
        }
    }
}

extension ServiceEnvironment {
    /// The environment of a process without a service manager.
    fileprivate static let none = ServiceEnvironment()
}
