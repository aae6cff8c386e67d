import Taskstats
import TestSupport

@testable import tsctl

extension SampleRecording {
    /// Returns a recording of this number of tasks.
    static func tasks(_ count: UInt32, access: AccessTier = .all) -> ServedRecording {
        var recording = ServedRecording(header: header(access: access))
        for pid in 1...count { recording.append(exit(pid)) }
        return recording
    }
}
