import Foundation
import TaskstatsModel
import Testing

@testable import TaskstatsProtocol

@Suite struct FieldSchemaTests {
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Protocol/schema/stats.schema.json")

    /// With TASKSTATS_WRITE_SCHEMA=1 in the environment, writes the file first, after a change of the table.
    @Test func `the schema of stats agrees with the field table`() throws {
        if ProcessInfo.processInfo.environment["TASKSTATS_WRITE_SCHEMA"] == "1" {
            try FieldSchema.text.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOf: Self.file, encoding: .utf8)
        #expect(
            written == FieldSchema.text,
            "the table has changed: TASKSTATS_WRITE_SCHEMA=1 swift test --filter FieldSchemaTests, and read the diff")
    }

    @Test func `describe agrees with the schema and the field table`() throws {
        let schema = try JSONDocument.read(FieldSchema.text)
        let line = ServerLine.description(.integer(1))
        let told = try #require(JSONDocument.read(line.line)["result"]?["fields"]?.elements)
        #expect(told.compactMap { $0["name"]?.string } == Field.allCases.map(\.name))
        for (field, facts) in zip(Field.allCases, told) {
            let property = try #require(schema["properties"]?[field.name])
            #expect(facts["type"]?.string == field.kind.jsonType)
            for (fact, keyword, inTable) in [
                ("unit", "unit", field.unit.rawValue), ("group", "group", field.group.rawValue),
                ("meaning", "description", field.meaning),
            ] {
                #expect(facts[fact]?.string == inTable, "\(field.name)")
                #expect(property[keyword]?.string == inTable, "\(field.name)")
            }
            for facts in [facts, property] {
                #expect(facts["since"]?.integer == Int64(field.firstVersion), "\(field.name)")
                #expect(facts["in_tgid_stats"]?.bool == field.isFilledInProcessRecords, "\(field.name)")
            }
        }
    }
}
