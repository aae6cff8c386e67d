import TestSupport
import Testing

@testable import tsctl

@Suite struct PictureScriptTests {
    @Test func `the policy of the page has the digest of its script`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array(PictureScript.text.utf8), to: "script.js")
        var tool = try ChildProcess("/bin/sh", ["-c", "openssl dgst -sha256 -binary \(path) | openssl base64"])
        #expect(try tool.line() == PictureScript.digest)
    }
}
