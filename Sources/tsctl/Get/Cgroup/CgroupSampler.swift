import CommandSupport
import LinuxSystem
import Taskstats

/// The queries for the processes of a cgroup, in pieces of bounded size.
///
/// Sums need no memory for each process. For the changes in intervals the last counters of each process are kept, some
/// 1.5 KiB, because ids are reused and processes come and go: only the same process at two samples has a change.
struct CgroupSampler {
    /// The last counters of a process.
    private final class Known {
        var row: TaskRow
        /// The start and end of the piece that it was sampled in.
        var (begin, end): (UInt64, UInt64)
        /// The number of the sample.
        var sample: Int

        init(_ row: TaskRow, _ piece: TaskSample, _ sample: Int) {
            (self.row, begin, end, self.sample) = (row, piece.begin, piece.end, sample)
        }
    }

    private let cgroup: Cgroup
    private let connection: TaskstatsConnection
    private var known: [UInt32: Known] = [:]
    private var before: CgroupSample?
    private var samples = 0

    /// The maximum number of processes in a piece.
    private static let processesPerPiece = 512
    /// The number of threads that ends a piece.
    private static let threadsPerPiece = 2_048
    /// The maximum number of threads of one process whose I/O is queried.
    private static let mostThreads = 65_536

    init(_ cgroup: Cgroup, on connection: TaskstatsConnection) {
        self.cgroup = cgroup
        self.connection = connection
    }

    /// Returns the sums since the start of each process.
    func totals() throws -> CgroupSample {
        var (sample, processes) = try begin(interruptedBy: -1)
        let tick = connection.server.tick ?? CPUTime.longestTick
        try query(processes, into: &sample, interruptedBy: -1) { piece, sample in
            for row in piece.rows { sample.add(row, tick: tick) }
        }
        sample.readPressure(of: cgroup, since: nil)
        return sample
    }

    /// Returns the changes since the last call; the first one only takes a sample.
    ///
    /// Throws ``StandardOutput/Stop/interrupted`` if the descriptor became readable first.
    mutating func changes(interruptedBy descriptor: Int32) throws -> CgroupSample {
        var (sample, processes) = try begin(interruptedBy: descriptor)
        samples += 1
        sample.intervalMicroseconds = before.map { sample.begin - $0.begin }
        var (known, current, start) = (known, samples, before?.begin)
        try query(processes, into: &sample, interruptedBy: descriptor) { piece, sample in
            for row in piece.rows {
                defer { known[row.id] = Known(Self.kept(row), piece, current) }
                guard let start else { continue }
                let earlier = known[row.id]
                let least = earlier.map { piece.begin > $0.end ? piece.begin - $0.end : 0 } ?? 0
                let most = piece.end - (earlier?.begin ?? start)
                if let change = row.change(since: earlier?.row, elapsed: least...most) {
                    sample.add(change, tick: .zero)
                } else {
                    sample.missing.joined += 1
                }
            }
        }
        let withoutGone = known.filter { $0.value.sample == current }
        if before != nil { sample.missing.left = known.count - withoutGone.count }
        self.known = withoutGone
        sample.readPressure(of: cgroup, since: before)
        before = sample
        return sample
    }

    /// Returns the part of a row that the next change needs.
    private static func kept(_ row: TaskRow) -> TaskRow {
        var row = row
        row.texts = []
        return row
    }

    /// Starts a sample, and returns the processes to query.
    private func begin(interruptedBy descriptor: Int32) throws -> (sample: CgroupSample, processes: [UInt32]) {
        var sample = CgroupSample()
        sample.time = SystemClock.realtimeNanoseconds
        sample.begin = SystemClock.monotonicMicroseconds
        let members = try CgroupMembers.list(cgroup, interruptedBy: descriptor)
        sample.cgroups = members.cgroups
        sample.unreadableCgroups = members.unreadable
        sample.missing.outside = members.outside
        guard connection.server.access == .own else { return (sample, members.processes) }
        // Queries for the processes of other users would be refused, and count towards the request rate.
        var own: [UInt32] = []
        for id in members.processes {
            switch ProcessDirectory.ownership(of: id, user: connection.server.uid) {
            case .own: own.append(id)
            case .other: sample.missing.withheld += 1
            case .gone: sample.missing.ended += 1
            }
        }
        return (sample, own)
    }

    private func query(
        _ processes: [UInt32], into sample: inout CgroupSample, interruptedBy descriptor: Int32,
        _ body: (TaskSample, inout CgroupSample) -> Void
    ) throws {
        var remaining = processes[...]
        while !remaining.isEmpty {
            let piece = Self.piece(of: &remaining)
            let answers = try TaskSample.take(
                .found(piece), fields: CgroupSample.fields, leaders: true, threads: true, upTo: Self.mostThreads,
                on: connection, interruptedBy: descriptor)
            sample.missing.withheld += answers.withheld
            sample.missing.ended += answers.ended
            sample.missing.failed += answers.failures.count
            sample.problem = sample.problem ?? answers.failures.first?.problem
            body(answers, &sample)
        }
        sample.end = SystemClock.monotonicMicroseconds
    }

    /// Takes the processes of the next piece, at least one.
    private static func piece(of processes: inout ArraySlice<UInt32>) -> [UInt32] {
        var (piece, threads) = ([UInt32](), 0)
        while let next = processes.first, piece.count < processesPerPiece, threads < threadsPerPiece {
            processes.removeFirst()
            piece.append(next)
            threads += ProcessDirectory.threadCount(of: next) ?? 1
        }
        return piece
    }
}

extension CgroupSample {
    /// Adds a process.
    fileprivate mutating func add(_ row: TaskRow, tick: Duration) {
        usage.add(row, tick: tick)
        if row.lacksThreads || row[.readBytes] == nil { lackingThreads += 1 }
    }
}
