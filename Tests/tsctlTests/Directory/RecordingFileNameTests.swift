import Testing

@testable import tsctl

@Suite struct RecordingFileNameTests {
    @Test(arguments: [
        RecordingFileName(time: 1_795_400_000_123_456_789, number: 42),
        RecordingFileName(time: 0, number: 1_234_567, isSetBack: true),
    ])
    func `a name is read back`(name: RecordingFileName) { #expect(RecordingFileName(name.text) == name) }

    @Test func `it is the time in UTC and a number`() {
        let name = RecordingFileName(time: 1_795_400_000_123_456_789, number: 42)
        #expect(name.text == "20261123T021320.123456789Z-000042.ndjson.zst")
    }

    @Test(arguments: [
        "", "notes.txt", "20261123T021320.123456789Z-000042.ndjson", "20261123T021320.123456789Z-42.ndjson.zst",
        "20261323T021320.123456789Z-000042.ndjson.zst", "20261123T021320.123456789Z-000042-old.ndjson.zst",
        "20261123T021320Z-000042.ndjson.zst", ".20261123T021320.123456789Z-000042.ndjson.zst.part",
    ])
    func `another name is foreign`(text: String) { #expect(RecordingFileName(text) == nil) }
}
