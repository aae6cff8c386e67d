import CommandSupport
import Testing

@Suite struct MetricsTextTests {
    private func text(_ format: MetricsText.Format, _ body: (inout MetricsText) -> Void) -> [String] {
        var metrics = MetricsText(format)
        body(&metrics)
        metrics.end()
        return metrics.lines
    }

    @Test func `times are exact decimal seconds`() {
        let lines = text(.prometheus) { metrics in
            metrics.begin("t_seconds", .gauge, unit: "seconds", "Times.")
            for nanoseconds: UInt64 in [0, 1, 1_500_000_000, 12_000_000_000, .max] {
                metrics.sample(MetricLabels(), nanoseconds: nanoseconds)
            }
        }
        #expect(
            lines.dropFirst(2) == [
                "t_seconds 0", "t_seconds 0.000000001", "t_seconds 1.5", "t_seconds 12",
                "t_seconds 18446744073.709551615",
            ])
    }

    @Test func `a counter has its suffix in both formats, and OpenMetrics has an end`() {
        let body: (inout MetricsText) -> Void = { metrics in
            metrics.begin("n", .counter, "Number of \"things\".")
            metrics.sample(MetricLabels([("group", "a")]), "kind", "x", 7)
        }
        #expect(
            text(.prometheus, body) == [
                "# HELP n_total Number of \"things\".", "# TYPE n_total counter", #"n_total{group="a",kind="x"} 7"#,
            ])
        #expect(
            text(.openMetrics, body) == [
                "# TYPE n counter", #"# HELP n Number of \"things\"."#, #"n_total{group="a",kind="x"} 7"#, "# EOF",
            ])
    }

    @Test func `a histogram has cumulative buckets, a sum and a count`() {
        let lines = text(.prometheus) { metrics in
            metrics.begin("h_seconds", .histogram, unit: "seconds", "Times.")
            metrics.histogram(MetricLabels(), bounds: ["0.1", "1.0"], counts: [2, 0, 3], nanoseconds: 2_000_000_000)
        }
        #expect(
            lines.dropFirst(2) == [
                #"h_seconds_bucket{le="0.1"} 2"#, #"h_seconds_bucket{le="1.0"} 2"#, #"h_seconds_bucket{le="+Inf"} 5"#,
                "h_seconds_sum 2", "h_seconds_count 5",
            ])
    }

    @Test(arguments: [
        ("a\nb 1", #"a\nb 1"#), ("\"} 9", #"\"} 9"#), (#"\"#, #"\\"#), ("\u{1b}[2J", #"\\x1b[2J"#), ("é", "é"),
        ("\u{202e}", #"\\u{202e}"#), ("\r", #"\\x0d"#),
    ])
    func `no value of a label leaves its quotes`(value: String, escaped: String) {
        let lines = text(.prometheus) { metrics in
            metrics.begin("g", .gauge, "Values.")
            metrics.sample(MetricLabels([("group", value)]), 1)
        }
        #expect(lines.dropFirst(2) == ["g{group=\"\(escaped)\"} 1"])
    }

    @Test func `a very long name is one label`() {
        let name = String(repeating: "\"\n\\", count: 34_000)
        let lines = text(.openMetrics) { metrics in
            metrics.begin("g", .gauge, "Values.")
            metrics.sample(MetricLabels([("group", name)]), 1)
        }
        #expect(lines.count == 4)
        #expect(lines[2].utf8.count == "g{group=\"\"} 1".utf8.count + 34_000 * 6)
    }
}
