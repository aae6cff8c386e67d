import Testing

@testable import TaskstatsModel

@Suite struct RecordValidatorTests {
    private let uptime: UInt64 = 5_175_000_000_000

    private func record(_ kind: TaskRecord.Kind, _ values: [Field: UInt64]) -> TaskRecord {
        var record = TaskRecord(kind: kind)
        for (field, value) in values { record.set(field, to: value) }
        return record
    }

    private func validated(
        task values: [Field: UInt64], by validator: RecordValidator = RecordValidator()
    ) -> TaskRecord {
        var task = record(.task, values)
        validator.validate(task: &task)
        return task
    }

    private func validated(
        process values: [Field: UInt64], age: UInt64? = nil, by validator: RecordValidator = RecordValidator()
    ) -> TaskRecord {
        var process = record(.process, values)
        validator.validate(process: &process, age: age)
        return process
    }

    // MARK: Waits of a task

    @Test(arguments: WaitKind.allCases)
    func `a wait longer than the life of the task is set aside with all fields of its kind`(wait: WaitKind) {
        for tooLong in [wait.total, wait.max] {
            var values: [Field: UInt64] = [.acEtime: 51_000, .nvcsw: 3]
            for kind in WaitKind.allCases { for field in kind.fields { values[field] = 1_000 } }
            values[tooLong] = uptime
            let task = validated(task: values)
            #expect(task.implausibleWaits == [wait], "\(tooLong.name)")
            #expect(task.implausible == wait.fields)
            #expect(task.present.intersection(wait.fields).isEmpty)
            #expect(task[tooLong] == nil)
            #expect(task.implausibleValue(of: tooLong) == uptime)
            #expect(task.implausibleValue(of: wait.count) == 1_000)
            #expect(task.present.count == values.count - wait.fields.count)
        }
    }

    @Test func `a wait as long as the life is a fact, within the resolution of the clocks`() {
        // Lives are truncated to microseconds, and the clocks of lives and waits may differ by 0.1 %.
        let facts: [(life: UInt64, wait: UInt64)] = [
            (0, 999), (1, 1_999), (51_000, 51_000_000), (51_000, 51_000_999), (1_000_000, 1_000_900_000),
        ]
        for (life, wait) in facts {
            #expect(validated(task: [.acEtime: life, .cpuDelayTotal: wait]).implausible.isEmpty, "\(life) \(wait)")
        }
        for (life, wait) in [(0, 1_100), (51_000, 51_100_000), (1_000_000, 1_002_000_000)] as [(UInt64, UInt64)] {
            #expect(!validated(task: [.acEtime: life, .cpuDelayTotal: wait]).implausible.isEmpty, "\(life) \(wait)")
        }
    }

    @Test func `without the age of a task nothing is set aside`() {
        #expect(validated(task: [.blkioDelayTotal: uptime]).implausible.isEmpty)
        // An impossible life is not a bound.
        #expect(validated(task: [.acEtime: .max, .blkioDelayTotal: .max]).implausible.isEmpty)
    }

    // MARK: Waits of a process

    @Test func `the waits of a process are compared with the lives of all of its threads`() {
        let waits: [Field: UInt64] = [.acEtime: 3_000_000, .blkioCount: 3, .blkioDelayTotal: 2_900_000_000]
        #expect(validated(process: waits, age: 1_000_000).implausible.isEmpty)
        let tooLong = waits.merging([.blkioDelayTotal: uptime]) { $1 }
        #expect(validated(process: tooLong, age: 1_000_000).implausibleWaits == [.blkio])
        #expect(validated(process: tooLong).implausibleWaits == [.blkio])
    }

    @Test func `sums over no thread at all are absent`() {
        let values: [Field: UInt64] = [.version: 16, .cpuCount: 0, .acEtime: 0, .cpuRunVirtualTotal: 0, .nvcsw: 0]
        #expect(validated(process: values).present == [.version])
        #expect(validated(process: values.merging([.cpuCount: 1]) { $1 }).present.count == 5)
        #expect(validated(process: values.merging([.acEtime: 1]) { $1 }).present.count == 5)
    }

    @Test func `a single wait of a process is compared with the age of the process`() {
        let waits: [Field: UInt64] = [.acEtime: 3_000_000, .blkioCount: 3, .blkioDelayMax: 1_500_000_000]
        #expect(validated(process: waits, age: 1_000_000).implausibleWaits == [.blkio])
        #expect(validated(process: waits).implausible.isEmpty)
    }

    @Test func `if the lives of threads are unknown, a total is compared with the number of counted waits`() {
        for sums in [[.acEtime: 0], [:]] as [[Field: UInt64]] {
            let possible = sums.merging([.blkioCount: 3, .blkioDelayTotal: 2_900_000_000]) { $1 }
            #expect(validated(process: possible, age: 1_000_000).implausible.isEmpty)
            let tooLong = sums.merging([.blkioCount: 3, .blkioDelayTotal: 3_100_000_000]) { $1 }
            #expect(validated(process: tooLong, age: 1_000_000).implausibleWaits == [.blkio])
            // Without a bound nothing is discarded.
            #expect(validated(process: tooLong).implausible.isEmpty)
        }
    }

    @Test func `sums that contain an impossible wait of the last task are not facts either`() {
        var exit = ExitRecord(
            cpu: 0, pid: 7,
            task: record(
                .task, [.acEtime: 1_000, .acTgetime: 9_000_000_000, .blkioCount: 1, .blkioDelayTotal: uptime]),
            process: record(.process, [.acEtime: 90_000_000_000, .blkioCount: 2, .blkioDelayTotal: uptime + 5]))
        RecordValidator().validate(&exit)
        #expect(exit.task.implausibleWaits == [.blkio])
        #expect(exit.process?.implausibleWaits == [.blkio])
        #expect(exit.process?.implausibleValue(of: .blkioDelayTotal) == uptime + 5)
    }

    // MARK: Sums without ended threads

    @Test func `sums that lack ended threads are absent, and bound no wait`() {
        var validator = RecordValidator()
        validator.incompleteSums = RecordValidator.sumsOfLivingThreads
        let process = validated(
            process: [
                .acEtime: 1, .acUtime: 2, .acStime: 3, .nvcsw: 4, .nivcsw: 5, .cpuCount: 6, .cpuDelayTotal: 90_000_000,
            ], age: 1_000_000, by: validator)
        #expect(process.present == [.cpuCount, .cpuDelayTotal])
        #expect(process.implausible.isEmpty)
        // The record of a task is unaffected.
        #expect(validated(task: [.acEtime: 5, .nvcsw: 4], by: validator).present == [.acEtime, .nvcsw])
    }

    // MARK: Delay accounting

    /// Returns a validator at 10 s of the clock that saw delay accounting off and on at these times.
    private func validator(offAt off: UInt64?, onAt on: UInt64?) -> RecordValidator {
        var validator = RecordValidator()
        if let off { validator.delayAccounting.observe(isOn: false, at: off * 1_000_000_000) }
        if let on { validator.delayAccounting.observe(isOn: true, at: on * 1_000_000_000) }
        validator.now = 10_000_000_000
        return validator
    }

    @Test func `a task that began before accounting was on has only waits for a CPU`() {
        // It began at 2 s.
        let zeros: [Field: UInt64] = [.acEtime: 8_000_000, .cpuCount: 9, .blkioCount: 0, .irqDelayMax: 0, .nvcsw: 1]
        let counted = zeros.merging([.blkioCount: 3]) { $1 }
        let wanted: FieldSet = [.acEtime, .cpuCount, .nvcsw]
        for (off, on, values) in [
            (5, 7, zeros), (5, 7, counted), (5, nil, zeros), (5, nil, counted), (nil, 7, zeros), (1, 7, zeros),
            (1, nil, zeros),
        ] as [(UInt64?, UInt64?, [Field: UInt64])] {
            let task = validated(task: values, by: validator(offAt: off, onAt: on))
            #expect(task.present == wanted, "off \(off as Any), on \(on as Any)")
            #expect(task.hasUncountedDelays)
        }
    }

    @Test func `waits are facts while accounting was on, or if the kernel counted some and it was not seen off`() {
        let zeros: [Field: UInt64] = [.acEtime: 8_000_000, .cpuCount: 9, .blkioCount: 0, .nvcsw: 1]
        let counted = zeros.merging([.blkioCount: 3]) { $1 }
        for (off, on, values) in [
            (nil, 1, zeros), (1, 2, zeros), (nil, nil, zeros), (nil, 7, counted), (1, 7, counted),
        ] as [(UInt64?, UInt64?, [Field: UInt64])] {
            let task = validated(task: values, by: validator(offAt: off, onAt: on))
            #expect(task.present.count == 4, "off \(off as Any), on \(on as Any)")
            #expect(!task.hasUncountedDelays)
        }
    }

    @Test func `the waits of a process are counted if accounting was on since it began`() {
        let counted: [Field: UInt64] = [.acEtime: 30_000_000, .blkioCount: 3]
        let late = validator(offAt: 5, onAt: 7)
        #expect(late.needsAge(of: record(.process, counted)))
        #expect(validated(process: counted, age: 8_000_000, by: late).hasUncountedDelays)
        #expect(!validated(process: counted, age: 2_000_000, by: late).hasUncountedDelays)
        let early = validator(offAt: nil, onAt: 7)
        #expect(!early.needsAge(of: record(.process, counted)))
        #expect(!validated(process: counted, by: early).hasUncountedDelays)
        #expect(early.needsAge(of: record(.process, [.acEtime: 30_000_000, .blkioCount: 0])))
        #expect(!RecordValidator().needsAge(of: record(.process, counted)))
    }

    @Test func `an impossible wait is evidence that waits were counted`() {
        let values: [Field: UInt64] = [.acEtime: 8_000_000, .blkioCount: 1, .blkioDelayTotal: uptime, .wpcopyCount: 0]
        let task = validated(task: values, by: validator(offAt: nil, onAt: 7))
        #expect(task.implausibleWaits == [.blkio])
        #expect(task[.wpcopyCount] == 0)
    }
}
