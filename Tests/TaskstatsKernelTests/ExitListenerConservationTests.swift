import Netlink
import TaskstatsKernel
import TestSupport
import Testing

/// Random storms, small buffers and errors: delivered + lost = produced on every CPU in all cases.
@Suite struct ExitListenerConservationTests {
    @Test(arguments: ConservationRun.seeds)
    func `every record is delivered, or reported as lost, at its position`(seed: UInt64) throws {
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

    @Test(arguments: ConservationRun.seeds)
    func `no loss is unreported, whatever is wrong with records`(seed: UInt64) throws {
        let run = try ConservationRun(seed: seed, withFaults: true)
        try run.run()
        run.checkSums()
    }
}
