import TestSupport
import Testing

/// A library preloaded into the daemon, to simulate a different kernel.
struct PreloadedLibrary {
    /// A kernel that lacks SO_PASSRIGHTS.
    static let withoutPassrights = "without_passrights.c"

    private let directory: TemporaryDirectory
    private let path: String

    /// Builds the library from a source file among the scripts.
    init(_ source: String) throws {
        directory = try TemporaryDirectory()
        path = directory.file("library.so")
        let compiler = ["clang", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
        let result = try Host.run(compiler + ["-o", path, Script.path(source)])
        try #require(result.status == 0, "\(result.errors)")
    }

    /// The command prefix of a daemon that loads it.
    var launcher: [String] { ["env", "LD_PRELOAD=\(path)"] }
}
