import Testing

@testable import taskstats_exporter

@Suite struct TaskStateTests {
    private func hasEnded(_ stat: String) -> Bool { TaskState.hasEnded(stat: Array(stat.utf8)) }

    @Test func `zombies and ending tasks have ended`() {
        #expect(hasEnded("7 (sh) Z 1 7 7 0 -1 4227084 0 0"))
        #expect(hasEnded("7 (sh) X 1 7 7 0 -1 4194304 0 0"))
        #expect(hasEnded("7 (sh) R 1 7 7 0 -1 4194308 0 0"))
    }

    @Test func `a thread of the kernel lives`() {
        #expect(!hasEnded("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0"))
    }

    @Test func `a name cannot pretend a state`() {
        #expect(!hasEnded("7 (a) Z 1 1 1 1 1 4) S 1 7 7 0 -1 4194304 0 0"))
    }

    @Test func `a text that is cut off is of a task that is gone`() {
        for text in ["", "7 (sh", "7 (sh)", "7 (sh) S 1 7 7"] { #expect(hasEnded(text)) }
    }
}
