import ArgumentParser
import CommandSupport

/// The arguments of tsctl, prepared for ArgumentParser.
///
/// The options of the connection may precede the command. They are moved after it, because ArgumentParser would also
/// take them from the arguments of a command that `tsctl run` starts.
enum CommandLineArguments {
    /// Returns the arguments with the command first; throws if the command does not exist.
    static func prepared(_ arguments: [String], commands: [String]) throws(ValidationError) -> [String] {
        let leading = arguments.prefix(leadingOptions(of: arguments))
        let remaining = arguments.dropFirst(leading.count)
        guard let command = remaining.first else {
            if leading.isEmpty { return arguments }
            throw ValidationError(
                "A command must follow \(leading.joined(separator: " ")), as in: tsctl --debug status")
        }
        // Help and the version need no connection.
        if command.hasPrefix("-") || command == "help" { return Array(remaining) }
        guard commands.contains(command) else { throw unknown(command, commands) }
        return [command] + leading + (command == "run" ? Array(remaining.dropFirst()) : joined(remaining.dropFirst()))
    }

    /// Options whose values can begin with a dash, as in `--since -2h`.
    private static let signedOptions = ["--since", "--until"]

    /// Joins these options with their values; after another error ArgumentParser would take `-2h` for a request for help.
    private static func joined(_ arguments: ArraySlice<String>) -> [String] {
        var joined: [String] = []
        for argument in arguments {
            if let option = joined.last, signedOptions.contains(option), argument.hasPrefix("-"),
                argument.dropFirst().first?.isNumber == true
            {
                joined[joined.count - 1] = "\(option)=\(argument)"
            } else {
                joined.append(argument)
            }
        }
        return joined
    }

    /// Returns the number of leading arguments that are options of the connection.
    private static func leadingOptions(of arguments: [String]) -> Int {
        var count = 0
        while count < arguments.count {
            switch arguments[count] {
            case "--socket": count += 2
            case "--debug": count += 1
            case let argument where argument.hasPrefix("--socket="): count += 1
            default: return count
            }
        }
        return count
    }

    private static func unknown(_ word: String, _ commands: [String]) -> ValidationError {
        let problem = "Unknown command '\(PrintableText.of(word))'."
        if let command = suggestion(for: word, among: commands) {
            return ValidationError("\(problem) Did you mean '\(command)'?")
        }
        return ValidationError("\(problem) The commands are \(commands.joined(separator: ", ")).")
    }

    /// Returns the command that was probably meant: the only one with this prefix, or the one with the fewest typing
    /// errors, at most one per three characters.
    static func suggestion(for word: String, among commands: [String]) -> String? {
        let continued = commands.filter { $0.hasPrefix(word) }
        if continued.count == 1 { return continued[0] }
        let limit = max(1, word.count / 3)
        return commands.map { (command: $0, errors: typingErrors(Array(word), Array($0))) }
            .filter { $0.errors <= limit }.min { $0.errors < $1.errors }?.command
    }

    /// Returns the number of insertions, deletions, substitutions and swaps of neighbours between two words.
    private static func typingErrors(_ word: [Character], _ other: [Character]) -> Int {
        var rows = [Array(0...other.count)]
        for (i, character) in word.enumerated() {
            var row = [i + 1]
            for (j, wanted) in other.enumerated() {
                var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (character == wanted ? 0 : 1))
                if i > 0, j > 0, character == other[j - 1], word[i - 1] == wanted {
                    least = min(least, rows[i - 1][j - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[word.count][other.count]
    }
}
