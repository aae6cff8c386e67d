import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// The HTTP server of the exporter, with curl and with clients that misbehave.
    @Suite struct ExporterHTTPTests {
        private let daemon: RunningDaemon
        private let exporter: RunningExporter

        init() throws {
            daemon = try RunningDaemon()
            exporter = try RunningExporter(daemon, ["--by", "command"])
        }

        @Test func `it serves both formats, compressed or not, and refuses everything but GET and HEAD`() throws {
            let openMetrics = ["-H", "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"]
            #expect(try exporter.curl().hasPrefix("# HELP taskstats_exporter_info "))
            #expect(try exporter.curl(openMetrics).hasSuffix("\n# EOF\n"))
            #expect(try exporter.curl(openMetrics + ["--compressed"]).hasSuffix("\n# EOF\n"))
            let head = try exporter.curl(["-I", "-H", "Accept-Encoding: gzip"]).lowercased()
            #expect(head.hasPrefix("http/1.1 200 ok\r\n"))
            #expect(head.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            #expect(head.contains("\r\ncontent-encoding: gzip\r\n") && head.contains("\r\nconnection: close\r\n"))
            for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
                let refusal = try exporter.curl(["-i", "-X", method])
                #expect(refusal.hasPrefix("HTTP/1.1 405 "), "\(method): \(refusal)")
            }
            #expect(try exporter.curl(["-i"], path: "/other").hasPrefix("HTTP/1.1 404 "))
        }

        /// An unprivileged client can neither block the server nor make it grow.
        @Test(arguments: ["slow", "many", "line", "headers", "silent", "garbage"])
        func `a scrape is answered while another client misbehaves, and nothing grows`(kind: String) throws {
            _ = try exporter.scrape()
            let (memory, descriptors) = try (exporter.residentBytes, exporter.openDescriptors)
            var client = try Host.start(Script.command("hostile_scraper.py", exporter.address, kind))
            #expect(try client.line() == "ready")
            for _ in 0..<10 {
                let values = try exporter.scrape()
                #expect(values["taskstats_up"] == 1)
                #expect(try exporter.openDescriptors <= descriptors + 80)
            }
            #expect(try exporter.residentBytes < memory + 24 << 20)
            client.send(signal: SIGTERM)
            _ = try client.finish()
            // Connections end with the client, or at their deadline.
            try wait(for: "closed connections") { try exporter.openDescriptors <= descriptors + 2 }
            #expect(try exporter.scrape()["taskstats_up"] == 1)
        }

        @Test func `hostile names of commands stay within their labels`() throws {
            let directory = try TemporaryDirectory()
            // "\n", a quote, a backslash, an escape sequence, invalid UTF-8, and a sample.
            let names = [#"a\n1"#, #"q"} 9"#, #"b\\\\"#, #"e\033[2J"#, #"i\0377\0376"#, #"x 1\ny{} 2"#, "other"]
            for name in names {
                let script = #"printf '%b' "$1" >/proc/self/comm; exit 0"#
                let program = directory.file("hostile")
                let copy = try Host.run(["sh", "-c", "cp $(command -v dash) '\(program)'"])
                try #require(copy.status == 0)
                // The builtin printf of dash writes to its own name.
                let run = try Host.run([program, "-c", script, "sh", name])
                #expect(run.status == 0, "\(run.errors)")
            }
            let text = try exporter.curl()
            let values = try RunningExporter.values(text)
            for label in [#"a\\x0a1"#, #"q\"} 9"#, #"e\\x1b[2J"#, #"i\\xff\\xfe"#, #"x 1\\x0ay{} 2"#, #"\\x6fther"#] {
                #expect(values["taskstats_exits_total{group=\"\(label)\",outcome=\"ok\"}"] == 1, "\(label)")
            }
            let check = try Host.run(
                ["sh", "-c", "curl -s http://\(exporter.address)/metrics | promtool check metrics"])
            #expect(check == .init(status: 0, output: "", errors: ""))
        }

        @Test func `it continues where it was when the daemon restarts, and counts what is unknown`() throws {
            let before = try exporter.scrape()
            #expect(before["taskstats_gaps_total"] == 0)
            let directory = daemon.directory
            _ = try daemon.stop()
            try wait(for: "a lost daemon") { try exporter.scrape()["taskstats_up"] == 0 }
            let second = try RunningDaemon(in: directory)
            try wait(for: "the new daemon") { try exporter.scrape()["taskstats_up"] == 1 }
            let after = try exporter.scrape()
            #expect(after["taskstats_gaps_total"] ?? 0 > 0)
            #expect(after["taskstats_records_total"] ?? 0 >= before["taskstats_records_total"] ?? 0)
            _ = try second.stop()
        }

        @Test func `a signal ends it with status 0`() throws {
            #expect(try exporter.stop().status == 0)
        }
    }
}
