import Testing

@testable import taskstats_exporter

@Suite struct ListenAddressTests {
    @Test func `a host and a port are an address`() {
        for text in ["127.0.0.1:9811", "[::1]:0", "localhost:65535"] { #expect(ListenAddress(text)?.text == text) }
        #expect(ListenAddress("[::1]:80")?.host == "::1")
    }

    @Test(arguments: [
        "", ":", "9811", ":9811", "localhost", "localhost:", "localhost:65536", "a:-1", "::1:9811", "a:b:1",
    ])
    func `anything else is none`(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
