import Testing

/// The Python programs of these tests, which use only the standard library and so share nothing with the tested code.
enum Script {
    static func path(_ name: String) -> String {
        #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Scripts/" + name
    }

    /// Returns the command that runs one without leaving files behind.
    static func command(_ name: String, _ arguments: String...) -> [String] {
        ["python3", "-B", path(name)] + arguments
    }

    /// Runs one to its end, and returns the numbers in each line of its output.
    static func numbers(_ command: [String]) throws -> [[Int]] {
        let result = try Host.run(command)
        try #require(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").map { $0.split(separator: " ").compactMap { Int($0) } }
    }
}
