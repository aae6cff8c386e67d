import CommandSupport
import Testing

@testable import taskstats_exporter

@Suite struct NegotiationTests {
    /// What Prometheus 2.42 sends.
    private static let prometheus =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"

    @Test(arguments: [
        prometheus, "application/openmetrics-text",
        "text/plain;q=0.1, application/openmetrics-text; version=1.0.0;q=0.2",
        "Application/OpenMetrics-Text",
    ])
    func `OpenMetrics is chosen when it is preferred`(accept: String) {
        #expect(Negotiation.format(accept: accept) == .openMetrics)
    }

    @Test(arguments: [
        nil, "", "*/*", "text/html", "text/plain", "text/plain;version=0.0.4,application/openmetrics-text;q=0.9",
        "application/openmetrics-text;version=2.0.0", "application/openmetrics-text;q=0", ";;,,=;q", "text/plain;q=nan",
        String(repeating: "a;q=,", count: 3_000),
    ])
    func `the text format is chosen otherwise`(accept: String?) {
        #expect(Negotiation.format(accept: accept) == .prometheus)
    }

    @Test func `gzip is used only for a client that accepts it`() {
        for header in ["gzip", "deflate, gzip;q=0.5", "x-gzip", "*", "br;q=1.0, *;q=0.1"] {
            #expect(Negotiation.acceptsGzip(header), "\(header)")
        }
        for header in [nil, "", "identity", "gzip;q=0", "gzip;q=0, *;q=1", "gzipped", "br"] as [String?] {
            #expect(!Negotiation.acceptsGzip(header), "\(header ?? "nil")")
        }
    }
}
