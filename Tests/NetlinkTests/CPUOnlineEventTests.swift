import Netlink
import TestSupport
import Testing

@Suite struct CPUOnlineEventTests {
    private func cpu(_ text: String) -> Int? {
        withGuardedBytes(Array(text.utf8)) { CPUOnlineEvent.cpu(in: $0) }
    }

    @Test func `an announcement of Linux 6.18 names its CPU`() {
        let text =
            "online@/devices/system/cpu/cpu1\0ACTION=online\0DEVPATH=/devices/system/cpu/cpu1\0SUBSYSTEM=cpu\0"
            + "MODALIAS=cpu:type:x86,ven0000fam0006mod00CF:feature:,0000,0001\n\0SEQNUM=837\0"
        #expect(cpu(text) == 1)
    }

    @Test(arguments: [0, 9, 10, 8_191, 65_535])
    func `the number has up to five digits`(number: Int) {
        #expect(cpu("online@/devices/system/cpu/cpu\(number)\0ACTION=online\0") == number)
    }

    @Test(arguments: [
        "", "online@", "offline@/devices/system/cpu/cpu1\0", "add@/devices/system/cpu/cpu1\0",
        "online@/devices/system/memory/memory1\0", "online@/devices/system/cpu/cpu\0",
        "online@/devices/system/cpu/cpu1", "online@/devices/system/cpu/cpu1/x\0",
        "online@/devices/system/cpu/cpu-1\0", "online@/devices/system/cpu/cpu123456\0",
        "online@/devices/system/cpu/cpufreq\0", "libudev\0",
    ])
    func `any other text has no CPU`(text: String) { #expect(cpu(text) == nil) }
}
