import Glibc
import LinuxSystem
import TestSupport
import Testing

/// A person at a terminal: a shell in tmux, with access to its screen and keys.
final class TerminalUser {
    private let directory: TemporaryDirectory
    private let session: [String]

    /// Starts a shell with these variables, on a terminal of that size.
    init(columns: Int = 100, rows: Int = 24, environment: [String: String] = [:]) throws {
        directory = try TemporaryDirectory()
        unsafe chmod(directory.path, 0o755)
        session = ["tmux", "-S", directory.file("tmux"), "-f", "/dev/null"]
        let variables = environment.map { "\($0)=\($1)" }
        try run(
            ["new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "env"] + variables
                + ["PS1=$ ", "sh"])
        try wait(for: "a prompt") { $0.first?.hasPrefix("$") == true }
    }

    deinit { vanish() }

    /// Removes the terminal.
    func vanish() { _ = try? Host.run(session + ["kill-server"]) }

    /// Types a command and presses Enter.
    func enter(_ command: String) throws {
        try run(["send-keys", "-l", command])
        try press("Enter")
    }

    /// Presses keys, by tmux's names.
    func press(_ keys: String...) throws { try run(["send-keys"] + keys) }

    /// Gives the terminal another size.
    func resize(columns: Int, rows: Int) throws { try run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"]) }

    /// The lines of the screen.
    func screen() throws -> [String] {
        try run(["capture-pane", "-p"]).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Whether the alternate screen is shown, and whether the cursor is visible.
    func state() throws -> (isOtherScreen: Bool, hasCursor: Bool) {
        let words = try run(["display-message", "-p", "#{alternate_on} #{cursor_flag}"]).split {
            $0 == " " || $0 == "\n"
        }
        return (words.first == "1", words.last == "1")
    }

    /// Waits until the screen is as described, and returns it.
    @discardableResult
    func wait(for what: String, _ condition: ([String]) throws -> Bool) throws -> [String] {
        let end = ContinuousClock.now + .seconds(20)
        while true {
            let lines = try screen()
            if try condition(lines) { return lines }
            guard ContinuousClock.now < end else {
                Issue.record("timed out waiting for \(what):\n\(lines.joined(separator: "\n"))")
                return lines
            }
            usleep(50_000)
        }
    }

    @discardableResult
    private func run(_ arguments: [String]) throws -> String {
        let result = try Host.run(session + arguments)
        try #require(result.status == 0, "\(arguments): \(result.errors)")
        return result.output
    }
}
