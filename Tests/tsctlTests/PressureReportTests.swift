import Testing

@testable import tsctl

/// Pressure as the kernel reports it.
@Suite struct PressureReportTests {
    @Test func `shares and totals are read as the kernel writes them`() {
        let report = PressureReport(
            parsing: "some avg10=1.05 avg60=100.00 avg300=0.00 total=175053817\nfull avg10=0.00 total=7\n")
        #expect(report.some?.totalMicroseconds == 175_053_817)
        #expect(PressureReport.Window.allCases.map { report.some?.percent($0) } == ["1.05", "100.00", "0.00"])
        #expect(report.full == .init(shares: [.tenSeconds: 0], totalMicroseconds: 7))
    }

    @Test func `what is not understood is left out`() {
        #expect(PressureReport(parsing: "") == PressureReport(parsing: "half total=1\nsome avg10=1.00\nfull total=x"))
        let odd = PressureReport(parsing: "some avg10=1.5 avg60=-1.00 avg300=101.00 new=3 total=9")
        #expect(odd.some == .init(totalMicroseconds: 9))
    }
}
