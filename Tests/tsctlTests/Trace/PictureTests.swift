import Taskstats
import Testing

@testable import tsctl

@Suite struct PictureTests {
    private func text(_ timeline: TraceTimeline, _ format: TracePicture.Format) throws -> String {
        var bytes: [UInt8] = []
        try TracePicture.write(timeline, as: format) { (piece) throws(StandardOutput.Stop) in bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [TracePicture.Format.svg, .html])
    func `the same timeline gives the same bytes`(_ format: TracePicture.Format) throws {
        #expect(try text(SyntheticTimeline.build(), format) == text(SyntheticTimeline.build(), format))
    }

    @Test(arguments: [TracePicture.Format.svg, .html])
    func `a hostile name, command line, title and loss stay text`(_ format: TracePicture.Format) throws {
        let hostile = "</script><img src=x onerror=alert(1)>\"'&<!--]]>\u{1b}[2J"
        var load = SyntheticTimeline()
        load.add(hostile, 0...100, line: hostile, exit: .code(3))
        load.lose(hostile, at: 50)
        let text = try text(load.timeline(title: hostile), format)
        #expect(!text.contains("<img"))
        #expect(!text.contains("</script><"))
        #expect(!text.contains("<!--"))
        #expect(!text.contains("\u{1b}"))
        #expect(text.contains(format == .svg ? "&lt;img src=x onerror=alert(1)&gt;" : "\\u003cimg src=x onerror"))
    }

    @Test(arguments: [TracePicture.Format.svg, .html])
    func `100,000 processes take less than 5 MB`(_ format: TracePicture.Format) throws {
        let text = try text(SyntheticTimeline.many(100_000), format)
        #expect(text.utf8.count < 5_000_000)
        #expect(text.hasSuffix(format == .svg ? "</svg>\n" : "</html>\n"))
    }

    @Test(arguments: [TracePicture.Format.svg, .html])
    func `100,000 processes with long names of their own, in one chain, take less than 5 MB`(
        _ format: TracePicture.Format
    ) throws {
        var load = SyntheticTimeline()
        var parent: Int?
        let line = String(repeating: "<&\"", count: 500)
        for number in 0..<100_000 as Range<UInt64> {
            let place = load.add("p\(number)", below: parent, number...200_000, line: number % 3 == 0 ? line : nil)
            if number % 2 == 0 { parent = place }
        }
        #expect(try text(load.timeline(), format).utf8.count < 5_000_000)
    }

    @Test(arguments: [TracePicture.Format.svg, .html])
    func `a reader that went away ends the picture`(_ format: TracePicture.Format) {
        var pieces = 0
        #expect(throws: StandardOutput.Stop.readerGone) {
            try TracePicture.write(SyntheticTimeline.many(20_000), as: format) { (_) throws(StandardOutput.Stop) in
                pieces += 1
                if pieces == 2 { throw .readerGone }
            }
        }
        #expect(pieces == 2)
    }

    @Test(arguments: [TracePicture.Format.svg, .html])
    func `a timeline without processes is a picture too`(_ format: TracePicture.Format) throws {
        #expect(try text(SyntheticTimeline().timeline(title: "true", cpus: nil), format).contains("true"))
    }

    @Test func `a picture says what failed, what is lost, what was reparented and what is left out`() throws {
        var load = SyntheticTimeline()
        let make = load.add("make", 0...1_000)
        load.add("cc1", below: make, 0...500, exit: .signal(11, coreDumped: true))
        load.add("daemon", 100...900, isReparented: true)
        load.lose("17 records of CPU 2 lost", at: 500)
        let text = try text(load.timeline(omitted: 12_345), .svg)
        #expect(text.contains("cc1, 500 ms, killed by SIGSEGV, core dumped</text>"))
        #expect(text.contains("daemon, 800 ms · reparented"))
        #expect(text.contains("<rect fill=\"url(#hatch)\""))
        #expect(text.contains("17 records of CPU 2 lost</text>"))
        #expect(text.contains("12,345 processes"))
        #expect(text.contains("starts as the daemon observed them"))
    }

    @Test func `the critical path is drawn through its rows and listed`() throws {
        var load = SyntheticTimeline()
        let make = load.add("make", 0...1_000)
        load.add("first", below: make, 0...400, line: "first --step")
        load.add("beside", below: make, 0...300)
        load.add("second", below: make, 400...990, line: "second --step")
        let text = try text(load.timeline(), .svg)
        let picture = SVGPicture(load.timeline())
        #expect(picture.path.parts.map { picture.rows.rows[$0.row].name } == ["first", "second", "make"])
        #expect(picture.isOnPath == [true, true, false, true])
        #expect(text.contains("<g id=\"critical-path\">"))
        #expect(text.contains("1. 590 ms, 59 %"))
        #expect(text.contains(">second --step</text>"))
    }
}
