import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import taskstatsd

@Suite struct LogQueueTests {
    @Test func `before the writer runs, a line is written directly`() throws {
        let pipe = try Pipe()
        let queue = try LogQueue(output: pipe.writing.number) { "\($0) dropped" }
        queue.append("first\n")
        #expect(try read(pipe.reading) == "first\n")
        queue.flush()
    }

    @Test func `lines that do not fit are dropped, counted and reported; the others arrive in order`() throws {
        let pipe = try Pipe()
        let queue = try LogQueue(output: pipe.writing.number, capacity: 10_000) { "\($0) dropped" }
        try queue.startWriter()
        let line = String(repeating: "x", count: 99) + "\n"
        // More than the pipe and the queue hold; none of these calls may block.
        for _ in 0..<2_000 { queue.append(line) }
        queue.flush()
        // The writer reports whenever it finds room, so there may be several reports.
        var (text, written, dropped) = ("", 0, 0)
        while written + dropped < 2_000 {
            let more = try read(pipe.reading)
            try #require(!more.isEmpty, "\(written) lines written and \(dropped) reported as dropped of 2000")
            text += more
            let complete = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            let reports = complete.filter { $0 != line.dropLast() }.compactMap { Int($0.split(separator: " ")[0]) }
            (written, dropped) = (complete.count - reports.count, reports.reduce(0, +))
        }
        #expect(written + dropped == 2_000)
        #expect(dropped > 0)
        queue.append("last\n")
        queue.flush()
        #expect(try read(pipe.reading) == "last\n")
    }

    /// Returns the next output, or nothing after ten seconds.
    private func read(_ descriptor: borrowing Descriptor) throws -> String {
        try unsafe withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
            var readable = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&readable, 1, 10_000) == 1 else { return "" }
            let count = try unsafe descriptor.read(into: buffer) ?? 0
            return unsafe String(decoding: buffer.prefix(count), as: UTF8.self)
        }
    }
}
