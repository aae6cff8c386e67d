import Testing

/// The Python programs of these tests: standard library only, so that they share nothing with what they test.
enum Script {
    static func path(_ name: String) -> String {
        #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Scripts/" + name
    }

    /// The command that runs one, which leaves nothing of its own beside it.
    static func command(_ name: String, _ arguments: String...) -> [String] {
        ["python3", "-B", path(name)] + arguments
    }

    /// Runs one to its end, and returns the numbers in each line that it printed.
    static func numbers(_ command: [String]) throws -> [[Int]] {
        let result = try Host.run(command)
        try #require(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").map { $0.split(separator: " ").compactMap { Int($0) } }
    }
}
