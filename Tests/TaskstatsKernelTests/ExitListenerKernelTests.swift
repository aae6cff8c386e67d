import CLinux
import Glibc
import Netlink
import TaskstatsKernel
import TaskstatsModel
import TestSupport
import Testing

/// Tests on the running kernel.
///
/// Other processes of the machine end meanwhile, so the tests look only for children with known pids.
@Suite struct ExitListenerKernelTests {
    private static let cpus = 0..<Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    private let batch = MessageBatch()

    @Test(.enabled(if: isRoot, "needs root"))
    func `the record of a child comes from the CPU on which it ended, and from no other`() throws {
        let listeners = try Self.cpus.map { try listener(cpu: $0) }
        let pids = try Self.cpus.map { cpu in try (0..<5).map { _ in try endChild(on: cpu) } }
        for listener in listeners {
            let records = try drain(listener).records
            try listener.deregister()
            for (cpu, pids) in pids.enumerated() {
                let found = records.filter { pids.contains($0.pid) }
                #expect(found.map(\.pid) == (cpu == listener.cpu ? pids : []))
                for record in found {
                    #expect(record.cpu == cpu)
                    #expect(record.task[.acUid] == 0)
                    #expect(record.exit == ExitStatus(waitStatus: 0))
                }
            }
        }
    }

    @Test(.enabled(if: isRoot, "needs root"))
    func `after a deregistration nothing arrives`() throws {
        let listeners = try Self.cpus.map { try listener(cpu: $0) }
        for listener in listeners { try listener.deregister() }
        for cpu in Self.cpus { _ = try endChild(on: cpu) }
        for listener in listeners {
            var sink = RecordingSink()
            #expect(try listener.drain(budget: 1, time: 0, to: &sink) == .empty(records: 0))
            #expect(sink.events == [])
        }
    }

    @Test(.enabled(if: isRoot, "needs root"), arguments: [0, 4_608, 65_536])
    func `a small receive buffer reports its losses to the last record`(receiveBufferBytes: Int) throws {
        let cpu = 0
        let recorder = try listener(cpu: cpu)
        let small = try listener(cpu: cpu, receiveBufferBytes: receiveBufferBytes)
        // Two markers that both receive; between them the lossless listener shows the number of records.
        var sinks = (RecordingSink(), RecordingSink())
        func mark() throws -> (UInt64, UInt64)? {
            for _ in 0..<100 {
                try small.drainCompletely(time: 0, to: &sinks.1)
                let pid = try endChild(on: cpu)
                try small.drainCompletely(time: 0, to: &sinks.1)
                try recorder.drainCompletely(time: 0, to: &sinks.0)
                // The end of another process may have taken the room.
                if let ours = sinks.1.records.last(where: { $0.pid == pid }),
                    let theirs = sinks.0.records.last(where: { $0.pid == pid })
                {
                    return (theirs.sequence, ours.sequence)
                }
            }
            return nil
        }
        let start = try #require(try mark())
        for _ in 0..<300 {
            _ = try endChild(on: cpu)
            // Other tasks on the machine end too: read before they fill the buffer of the lossless listener.
            try recorder.drainCompletely(time: 0, to: &sinks.0)
        }
        let end = try #require(try mark())
        #expect(recorder.lost == 0)
        #expect(small.lost >= 200)
        #expect(end.0 - start.0 == end.1 - start.1)
        try small.deregister()
        try recorder.deregister()
    }

    @Test(.enabled(if: isRoot, "needs root"))
    func `a CPU that does not exist is refused with ERANGE`() throws {
        let port = try NetlinkSocket.open()
        let family = try TaskstatsFamily.lookUp(over: port, batch: batch)
        let listener = try ExitListener(
            cpu: 65_535, port: port, family: family, batch: batch, receiveBufferBytes: 1 << 20)
        let error = #expect(throws: NetlinkError.self) { try listener.register() }
        #expect(error?.errno == ERANGE)
    }

    private func listener(
        cpu: Int, receiveBufferBytes: Int = 8 << 20
    ) throws -> ExitListener<NetlinkSocket> {
        let port = try NetlinkSocket.open()
        let family = try TaskstatsFamily.lookUp(over: port, batch: batch)
        let listener = try ExitListener(
            cpu: cpu, port: port, family: family, batch: batch, receiveBufferBytes: receiveBufferBytes)
        try listener.register()
        return listener
    }

    private func drain(_ listener: ExitListener<NetlinkSocket>) throws -> RecordingSink {
        var sink = RecordingSink()
        try listener.drainCompletely(time: 0, to: &sink)
        return sink
    }

    private func endChild(on cpu: Int) throws -> UInt32 {
        var pid: Int32 = 0
        let error = unsafe clinux_end_child_on_cpu(Int32(cpu), &pid)
        try #require(error == 0, "no child on CPU \(cpu)")
        return UInt32(pid)
    }
}
