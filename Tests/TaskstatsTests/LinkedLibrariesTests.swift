import TestSupport
import Testing

/// What a program takes on that uses the library: `waiting` of contrib/examples uses nothing else.
@Suite struct LinkedLibrariesTests {
    @Test func `the library brings jansson, and neither libmnl nor Foundation`() throws {
        let listing = try ChildProcess("/usr/bin/ldd", [ChildProcess.product("waiting")]).finish()
        try #require(listing.status == 0, "\(listing.errors)")
        let libraries = listing.output.split(separator: "\n").compactMap { $0.split { " \t".contains($0) }.first }
        #expect(libraries.contains { $0.hasPrefix("libjansson.") })
        for unwanted in ["libmnl", "libFoundation", "libdispatch_foundation", "libicu", "lib_FoundationICU"] {
            #expect(!libraries.contains { $0.hasPrefix(unwanted) }, "\(unwanted)")
        }
    }
}
