import CommandSupport
import Glibc
import LinuxSystem

/// The metrics as a file for node_exporter's textfile collector, replaced atomically at an interval.
struct TextfileWriter {
    private let path: String
    private let interval: Duration
    private let requests: SnapshotRequests

    init(_ path: String, every interval: Duration, _ requests: SnapshotRequests) {
        self.path = path
        self.interval = interval
        self.requests = requests
    }

    /// Writes until the process ends; throws if the first file cannot be written.
    ///
    /// Later errors are reported once.
    func run() async throws(Failure) {
        var next = ContinuousClock.now
        var failure: Failure?
        var isFirst = true
        while true {
            let snapshot = await requests.snapshot()
            do throws(Failure) {
                try write(snapshot)
                if isFirst { Message.print("writing \(path)") }
                failure = nil
            } catch {
                if isFirst { throw error }
                if failure != error { Message.print(error.message) }
                failure = error
            }
            isFirst = false
            // Overruns of the interval are not made up for.
            next = max(next + interval, .now)
            try? await Task.sleep(until: next, tolerance: nil, clock: .continuous)
        }
    }

    private func write(_ snapshot: ExporterSnapshot) throws(Failure) {
        do throws(OutputProblem) {
            let replacement = try OutputReplacement.begin(path)
            for piece in ExporterMetrics(snapshot, .prometheus) {
                do throws(SystemError) {
                    try replacement.descriptor.writeAll(piece)
                } catch {
                    throw .system(error)
                }
            }
            try replacement.finish()
        } catch {
            throw error.failure(writing: path)
        }
    }
}
