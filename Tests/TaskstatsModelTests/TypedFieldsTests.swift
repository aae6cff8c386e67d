import LinuxSystem
import TestSupport
import Testing

@testable import TaskstatsModel

/// The typed properties of a record.
@Suite struct TypedFieldsTests {
    /// Returns the type of a field with this kind and unit, by independent rules.
    private func type(of field: Field) -> String {
        switch (field, field.kind, field.unit) {
        case (.acFlag, _, _): "AccountingFlags"
        case (_, .command, _): "String"
        case (_, .device, _): "DeviceNumber"
        case (_, _, .nanoseconds), (_, _, .microseconds): "Duration"
        case (_, _, .epochSeconds), (_, _, .epochNanoseconds): "Timestamp"
        case (_, .u8, _): "UInt8"
        case (_, .i8, _): "Int8"
        case (_, .u16, _): "UInt16"
        case (_, .u32, _): "UInt32"
        default: "UInt64"
        }
    }

    @Test func `every field is a property with the type for its unit, and there is no other property`() {
        let properties = Mirror(reflecting: TypedFields.all).children.map {
            ($0.label ?? "", "\(Swift.type(of: $0.value))")
        }
        #expect(properties.map(\.0) == Field.allCases.map { "\($0)" })
        #expect(properties.map(\.1) == Field.allCases.map { "TypedField<\(type(of: $0))>" })
    }

    @Test func `the documentation of a property is the meaning in the table, and it reads that field`() throws {
        let tests = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        let source = try #require(
            try Descriptor.open(tests + "/Sources/TaskstatsModel/Fields/TypedFields.swift").readText())
        for field in Field.allCases {
            let declaration =
                "    /// \(field.meaning)\n    public let \(field) = TypedField<\(type(of: field))>(.\(field))\n"
            #expect(source.contains(declaration), "\(field)")
        }
    }

    @Test func `times are durations, whatever the kernel's unit`() {
        var record = TaskRecord(kind: .task)
        record.set(.cpuDelayTotal, to: 1_500_000_001)
        record.set(.acEtime, to: 2_000_003)
        record.set(.irqDelayMax, to: .max)
        #expect(record.cpuDelayTotal == .nanoseconds(1_500_000_001))
        #expect(record.acEtime == .microseconds(2_000_003))
        #expect(record.irqDelayMax == .seconds(18_446_744_073) + .nanoseconds(709_551_615))
        record.set(.acUtime, to: .max)
        #expect(record.acUtime == .seconds(18_446_744_073_709) + .microseconds(551_615))
    }

    @Test func `sizes are bytes, dates are timestamps, and identifiers have their own types`() {
        let record = SampleRecords.task(pid: 812, command: "git")
        #expect(record.hiwaterRss == (5_324 * 1_024 as UInt64))
        #expect(record.readChar == 12_288)
        #expect(record.nvcsw == 201)
        #expect(record.acBtime64 == Timestamp(seconds: 1_795_400_000))
        #expect(record.acNice == 5)
        #expect(record.acComm == "git")
        #expect(record.acFlag == .lastOfProcess)
        #expect(record.acPid == 812)
        #expect(record.version == 16)
        #expect(record.acExeDev == DeviceNumber(major: 0, minor: 0))
    }

    @Test func `fields that the kernel did not fill are nil, and so is the time of a missing wait`() {
        #expect(SampleRecords.process().acUid == nil)
        #expect(SampleRecords.process().acComm == nil)
        #expect(SampleRecords.task().cpuDelayMaxTs == nil)
        var record = TaskRecord(kind: .task)
        record.set(.cpuDelayMaxTs, to: 1_795_400_000_123_456_789)
        record.set(.blkioDelayMaxTs, to: 0)
        #expect(record.cpuDelayMaxTs == Timestamp(nanosecondsSince1970: 1_795_400_000_123_456_789))
        #expect(record[.blkioDelayMaxTs] == 0)
        #expect(record.blkioDelayMaxTs == nil)
    }

    @Test func `raw numbers are read by field and by the kernel's name`() {
        let record = SampleRecords.task()
        for field in Field.allCases { #expect(record[field.name] == record[field]) }
        #expect(record["hiwater_rss"] == 5_324)
        #expect(record["no_such_member"] == nil)
        #expect(record[TypedFields.all.hiwaterVm] == (12_288 * 1_024 as UInt64))
    }

    @Test func `timestamps are compared and subtracted`() {
        let moment = Timestamp(nanosecondsSince1970: 1_795_400_000_123_456_789)
        #expect(moment.seconds == 1_795_400_000)
        #expect(moment.nanoseconds == 123_456_789)
        #expect(Timestamp(seconds: 1_795_400_000) < moment)
        #expect(moment - Timestamp(seconds: 1_795_400_000) == .nanoseconds(123_456_789))
        #expect(moment.durationSince1970 == .seconds(1_795_400_000) + .nanoseconds(123_456_789))
        #expect(SampleRecords.exit().moment == moment)
    }
}
