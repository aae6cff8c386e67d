import Netlink
import TaskstatsKernel
import TestSupport
import Testing

/// Storms, small buffers and bad luck by random numbers: whatever happens, handed on + lost = produced, on every CPU.
@Suite struct ExitListenerConservationTests {
    @Test(
        "Every record is handed on in its place or told as lost in its place", arguments: ConservationRun.seeds)
    func exactPlaces(seed: UInt64) throws {
        let run = try ConservationRun(seed: seed, withFaults: false)
        try run.run()
        for fake in run.fakes {
            // Pids count what the kernel produced, so that a record behind a misplaced loss has another number.
            for record in fake.sink.records {
                #expect(UInt64(record.pid) == record.sequence, "seed \(seed), CPU \(record.cpu)")
            }
        }
        run.checkSums()
    }

    @Test("Nothing is lost untold whatever is wrong with records", arguments: ConservationRun.seeds)
    func faults(seed: UInt64) throws {
        let run = try ConservationRun(seed: seed, withFaults: true)
        try run.run()
        run.checkSums()
    }
}
