import Netlink
import TaskstatsKernel
import TestSupport
import Testing

/// Random storms, small buffers and errors: delivered + lost = produced on every CPU in all cases.
@Suite struct ExitListenerConservationTests {
    @Test(
        "Every record is delivered, or reported as lost, at its position", arguments: ConservationRun.seeds)
    func exactPlaces(seed: UInt64) throws {
        let run = try ConservationRun(seed: seed, withFaults: false)
        try run.run()
        for fake in run.fakes {
            // Pids count the produced records, so a record after a misplaced loss has another number.
            for record in fake.sink.records {
                #expect(UInt64(record.pid) == record.sequence, "seed \(seed), CPU \(record.cpu)")
            }
        }
        run.checkSums()
    }

    @Test("No loss is unreported, whatever is wrong with records", arguments: ConservationRun.seeds)
    func faults(seed: UInt64) throws {
        let run = try ConservationRun(seed: seed, withFaults: true)
        try run.run()
        run.checkSums()
    }
}
