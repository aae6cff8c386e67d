import Glibc
import LinuxSystem
import Netlink
import TestSupport
import Testing

@Suite struct GenericNetlinkFamilyTests {
    @Test(arguments: [16, 31, 0xffff] as [UInt16])
    func `the number of a family is found among its other attributes`(id: UInt16) throws {
        let kernel = FakeKernel()
        kernel.familyID = id
        let family = try GenericNetlinkFamily.lookUp("TASKSTATS", over: kernel.open(), batch: MessageBatch())
        #expect(family == GenericNetlinkFamily(id: id))
    }

    @Test func `a family that the kernel lacks is refused with ENOENT`() {
        let kernel = FakeKernel()
        kernel.familyID = nil
        #expect(
            throws: NetlinkError.refused(
                operation: "find the family TASKSTATS", SystemError("netlink", errno: ENOENT))
        ) {
            try GenericNetlinkFamily.lookUp("TASKSTATS", over: kernel.open(), batch: MessageBatch())
        }
    }

    @Test(arguments: [[], MessageBuilder.attribute(1, [31])])
    func `an answer without a number is an error`(attributes: [UInt8]) {
        let port = FakeKernel().open()
        // The kernel's own answer does not fit after this one; the acknowledgement does.
        port.socket.receiveBufferBytes = 1_280 + FakeKernel.Cost.acknowledgement
        port.socket.deliver(
            MessageBuilder.message(type: 16, sequence: 1, MessageBuilder.generic(command: 1, attributes)), cost: 1_280)
        #expect(throws: NetlinkError.unanswered(operation: "find the family TASKSTATS")) {
            try GenericNetlinkFamily.lookUp("TASKSTATS", over: port, batch: MessageBatch())
        }
    }

    @Test func `the running kernel's family is found, and an unknown one is not`() throws {
        let port = try NetlinkSocket.open()
        let batch = MessageBatch()
        #expect(try GenericNetlinkFamily.lookUp("TASKSTATS", over: port, batch: batch).id >= 16)
        #expect(try GenericNetlinkFamily.lookUp("nlctrl", over: port, batch: batch).id == 16)
        let error = #expect(throws: NetlinkError.self) {
            try GenericNetlinkFamily.lookUp("NO_SUCH_FAMILY", over: port, batch: batch)
        }
        #expect(error?.errno == ENOENT)
    }
}
