import CommandSupport
import Glibc
import LinuxSystem
import Taskstats
import TestSupport
import Testing

@testable import tsctl

/// The file of `--cursor`.
@Suite struct CursorFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func `without a file there is no cursor`() throws {
        #expect(try CursorFile(path: directory.file("none")).read() == nil)
    }

    @Test func `what was saved last is read`() throws {
        let file = CursorFile(path: directory.file("cursor"))
        try file.save(instance: "f00d", index: 7)
        try file.save(instance: "f00d", index: 8)
        #expect(try file.read() == .after(instance: "f00d", index: 8))
    }

    @Test(arguments: ["", "f00d", "f00d-", "f00d-x", "a-b-3"])
    func `a file that is no cursor is an error that says what to do`(content: String) throws {
        let path = directory.file("cursor")
        let file = try unsafe Descriptor(open(path, O_WRONLY | O_CREAT, 0o600), of: "open")
        #expect(unsafe write(file.number, content, content.utf8.count) == content.utf8.count)
        let error = #expect(throws: Failure.self) { try CursorFile(path: path).read() }
        #expect(error?.message == "\(path) is not a cursor (remove it to begin with what ends from now on)")
    }

    @Test func `a directory that is missing is an error`() throws {
        let path = directory.file("missing") + "/cursor"
        let error = #expect(throws: Failure.self) { try CursorFile(path: path).save(instance: "f00d", index: 1) }
        #expect(error?.message == "cannot write \(path): No such file or directory")
    }
}
