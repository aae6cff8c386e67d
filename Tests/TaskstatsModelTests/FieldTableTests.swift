import Testing

@testable import TaskstatsModel

@Suite struct FieldTableTests {
    @Test func `the table has one row per field, in the order of the fields`() {
        #expect(FieldTable.rows.map(\.field) == Field.allCases)
        #expect(Field.allCases.count == 79)
    }

    @Test func `the case of a field is the kernel's name in camel case`() {
        for field in Field.allCases {
            let words = field.name.split(separator: "_")
            let camel = words.dropFirst().reduce(String(words[0])) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
            #expect("\(field)" == camel)
        }
    }

    @Test func `a field is found by its exact kernel name`() {
        for field in Field.allCases { #expect(Field(name: field.name) == field) }
        for name in ["", "ac_pad", "AC_UID", "ac_uid ", "acUid"] { #expect(Field(name: name) == nil) }
    }

    @Test func `fields follow one another in the newest struct and never overlap`() {
        for (field, next) in zip(Field.allCases, Field.allCases.dropFirst()) {
            #expect(field.offset + field.kind.width <= next.offset, "\(next.name)")
        }
        #expect(Field.irqDelayMaxTs.offset + FieldKind.timestamp.width == TaskRecord.Storage.size)
    }

    @Test func `fields are aligned as in C`() {
        for field in Field.allCases where field.kind != .command {
            let alignment = min(field.kind.width, 8)
            #expect(field.offset.isMultiple(of: alignment), "\(field.name)")
            if let offset = field.offsetInVersion15 { #expect(offset.isMultiple(of: alignment), "\(field.name)") }
        }
    }

    @Test func `version 15 lacks exactly the later fields`() {
        for field in Field.allCases {
            #expect((field.offsetInVersion15 != nil) == (field.firstVersion <= 15), "\(field.name)")
        }
    }

    @Test func `the sums of a process cover waits, run time, context switches and age`() {
        let waits = ["cpu", "blkio", "swapin", "freepages", "thrashing", "compact", "wpcopy", "irq"]
        let aspects = ["count", "delay_total", "delay_max", "delay_min", "delay_max_ts"]
        let names = waits.flatMap { wait in aspects.map { "\(wait)_\($0)" } }
        let others = [
            "version", "cpu_run_real_total", "cpu_run_virtual_total", "cpu_scaled_run_real_total", "nvcsw", "nivcsw",
            "ac_etime", "ac_utime", "ac_stime",
        ]
        let filled = Field.allCases.filter(\.isFilledInProcessRecords).map(\.name)
        #expect(Set(filled) == Set(names + others))
    }

    @Test func `every field has a meaning of one sentence`() {
        for field in Field.allCases {
            #expect(field.meaning.hasSuffix(".") && !field.meaning.contains("\n"), "\(field.name)")
        }
    }

    @Test func `a unit in a field's name is correct`() {
        for field in Field.allCases {
            switch field.name {
            case let name where name.hasSuffix("_max_ts"): #expect(field.unit == .epochNanoseconds, "\(name)")
            case let name where name.hasSuffix("_count"): #expect(field.unit == .count, "\(name)")
            case let name where name.hasSuffix("_max") || name.hasSuffix("_min"):
                #expect(field.unit == .nanoseconds && field.group == .extreme, "\(name)")
            case let name where name.hasSuffix("_total"): #expect(field.unit == .nanoseconds, "\(name)")
            default: break
            }
            #expect((field.kind == .timestamp) == (field.unit == .epochNanoseconds), "\(field.name)")
        }
    }
}
