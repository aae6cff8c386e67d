/// Removes values that are not facts from a record, before anything else uses it.
///
/// The kernel is not always right: it reports waits longer than the life of a task, 0 for waits that it did not count,
/// and sums that lack threads. Such values become absent; ``TaskRecord/implausible`` and
/// ``TaskRecord/hasUncountedDelays`` give the reason. A value is kept unless something known contradicts it, so no fact
/// is discarded because a bound is missing.
package struct RecordValidator: Sendable, Hashable {
    /// Fields of process records that lack ended threads on this kernel.
    package var incompleteSums = FieldSet()
    /// The known history of delay accounting.
    package var delayAccounting = DelayAccountingHistory()
    /// The time at which the records are read, in nanoseconds of the monotonic clock.
    package var now: UInt64 = 0

    /// Creates a validator without knowledge of the kernel, which checks a record by itself.
    package init() {}

    /// The fields of process records that lack ended threads on kernels without the commit "taskstats: retain dead
    /// thread stats in TGID queries".
    package static let sumsOfLivingThreads: FieldSet = [.acEtime, .acUtime, .acStime, .nvcsw, .nivcsw]

    /// Validates the record of a task.
    @inline(__always)
    package func validate(task: inout TaskRecord) {
        if let limit = task[.acEtime].flatMap(Self.longestWait), task.mayHaveWait(above: limit) {
            task.setAsideWaits(totalAbove: limit, singleAbove: limit)
        }
        task.omitUncountedDelays(delayAccounting.coverage(from: start(ofAge: task[.acEtime])))
    }

    /// Validates the sums of a process; `age`, in microseconds, is that of the process, or nil if unknown.
    package func validate(process: inout TaskRecord, age: UInt64?) {
        // The kernel found no thread to add up, as of a process that has ended and was not reaped. Its zeros are no sums.
        if process[.cpuCount] == 0, process[.acEtime] == 0, process.hasOnlyZeros {
            process.omit(process.present.subtracting([.version]))
        }
        process.omit(incompleteSums)
        // On kernels with incomplete sums it can be 0, which bounds nothing.
        let lives = process[.acEtime].flatMap { $0 == 0 ? nil : Self.longestWait($0) }
        let life = age.flatMap(Self.longestWait)
        if let longest = [life, lives].compactMap({ $0 }).min(), process.mayHaveWait(above: longest) {
            process.setAsideWaits(totalAbove: lives, singleAbove: longest)
        }
        process.omitUncountedDelays(delayAccounting.coverage(from: start(ofAge: age)))
    }

    /// Validates both parts of an exit record.
    @inline(__always)
    package func validate(_ record: inout ExitRecord) {
        validate(task: &record.task)
        if record.process != nil { validateProcess(of: &record) }
    }

    @inline(never)
    private func validateProcess(of record: inout ExitRecord) {
        guard var process = record.process else { return }
        validate(process: &process, age: record.task[.acTgetime])
        // The sums include the task.
        for wait in record.task.implausibleWaits { process.setAside(wait.fields) }
        record.process = process
    }

    /// Returns whether the age of a process affects the validation of its sums.
    package func needsAge(of process: borrowing TaskRecord) -> Bool {
        if delayAccounting.coverage(from: nil) == nil { return false }
        if delayAccounting.hasBeenOff { return true }
        return process.hasNoCountedDelay
    }

    private func start(ofAge age: UInt64?) -> UInt64? {
        guard let age else { return nil }
        let (nanoseconds, overflow) = age.multipliedReportingOverflow(by: 1_000)
        return overflow || nanoseconds > now ? 0 : now - nanoseconds
    }

    /// Returns the longest possible wait, in nanoseconds, within a life in microseconds; nil for an impossible life.
    ///
    /// Lives are truncated to whole microseconds. Lives and waits are measured by clocks that differ by up to 0.1 %,
    /// because one of them is adjusted to the time of day.
    static func longestWait(_ life: UInt64) -> UInt64? {
        let longestLife: UInt64 = 1 << 53
        return life > longestLife ? nil : (life + 1) * 1_000 + life
    }
}

extension TaskRecord {
    /// The offsets of totals and maxima.
    private static let waitOffsets = WaitKind.allCases.flatMap { [$0.total.offset, $0.max.offset] }

    /// Returns whether a total, a maximum, or a stale value that is not present is above a limit.
    @inline(__always)
    fileprivate func mayHaveWait(above limit: UInt64) -> Bool {
        let offsets = Self.waitOffsets
        return unsafe withUnsafeBytes { bytes in
            for offset in offsets where unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) > limit {
                return true
            }
            return false
        }
    }

    /// Sets aside every kind of wait whose total or maximum is impossible.
    ///
    /// Without a limit for totals, the limit is `count` times the longest possible wait.
    fileprivate mutating func setAsideWaits(totalAbove totalLimit: UInt64?, singleAbove limit: UInt64) {
        for wait in WaitKind.allCases {
            let total = self[wait.total] ?? 0
            let isTotalPossible: Bool
            if let totalLimit {
                isTotalPossible = total <= totalLimit
            } else if let count = self[wait.count] {
                let (most, overflow) = count.multipliedReportingOverflow(by: limit)
                isTotalPossible = overflow || total <= most
            } else {
                isTotalPossible = true
            }
            if !isTotalPossible || self[wait.max] ?? 0 > limit { setAside(wait.fields) }
        }
    }

    /// Whether no wait was counted of the kinds that need delay accounting.
    fileprivate var hasNoCountedDelay: Bool {
        for wait in WaitKind.allCases where wait != .cpu {
            if (kernelValue(of: wait.count) ?? 0) > 0 || (kernelValue(of: wait.total) ?? 0) > 0 { return false }
        }
        return true
    }

    /// Makes waits absent that were not counted, or that are unknown.
    @inline(__always)
    fileprivate mutating func omitUncountedDelays(_ coverage: DelayAccountingHistory.Coverage?) {
        switch coverage {
        case nil, .counted: return
        case .unknown where !hasNoCountedDelay: return
        case .unknown, .uncounted:
            omit(WaitKind.delayAccountingFields)
            hasUncountedDelays = true
        }
    }

    /// Whether every field but the version is 0.
    fileprivate var hasOnlyZeros: Bool { present.allSatisfy { $0 == .version || self[$0] ?? 0 == 0 } }

    /// Makes fields absent.
    fileprivate mutating func omit(_ fields: FieldSet) { present = present.subtracting(fields) }
}
