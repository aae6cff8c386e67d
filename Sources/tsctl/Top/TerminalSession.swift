import CLinux
import CommandSupport
import Glibc
import LinuxSystem

/// The terminal while a command uses the whole screen: alternate screen, no cursor, keys unbuffered and without echo.
///
/// The terminal is restored however the command ends: by the end of this value, or for crash signals by a handler. Only
/// signals that cannot be handled, such as SIGKILL, leave it changed.
struct TerminalSession: ~Copyable {
    /// The descriptor of the keyboard; nil if standard input is not a terminal.
    let keys: Int32?
    private var modeBefore: termios

    private static let entering = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[H\u{1b}[2J"
    private static let leaving = "\u{1b}[0m\u{1b}[?25h\u{1b}[?1049l"

    /// Whether standard output is a terminal with the necessary features.
    static var isPossible: Bool {
        isatty(STDOUT_FILENO) == 1 && Environment["TERM"] != nil && Environment["TERM"] != "dumb"
    }

    /// Takes over the terminal.
    static func begin() throws(Failure) -> TerminalSession {
        var mode = termios()
        guard unsafe tcgetattr(STDOUT_FILENO, &mode) == 0 else {
            throw Failure("cannot set up the terminal: \(SystemError.last("tcgetattr").text)")
        }
        let session = TerminalSession(modeBefore: mode)
        unsafe clinux_guard_terminal(STDOUT_FILENO, leaving)
        session.enter()
        return session
    }

    private init(modeBefore: termios) {
        self.modeBefore = modeBefore
        keys = isatty(STDIN_FILENO) == 1 ? STDIN_FILENO : nil
    }

    deinit {
        Self.leave(modeBefore)
        clinux_unguard_terminal()
    }

    /// Sets up the screen, at first and after the command was stopped.
    func enter() {
        var mode = modeBefore
        // Key signals stay enabled: Ctrl-C and Ctrl-Z work as usual.
        mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
        unsafe tcsetattr(STDOUT_FILENO, TCSADRAIN, &mode)
        Self.write(Self.entering)
    }

    /// Restores the terminal while the command is stopped.
    func leave() { Self.leave(modeBefore) }

    /// Returns the keys that were pressed; nil if the terminal is gone.
    func readKeys() -> [Key]? {
        guard let keys else { return [] }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(keys, &bytes, bytes.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return [] }
        return count <= 0 ? nil : Key.keys(in: Array(bytes.prefix(count)))
    }

    /// The number of rows and columns.
    static var size: (rows: Int, columns: Int) {
        var (rows, columns) = (UInt16(0), UInt16(0))
        guard unsafe clinux_terminal_size(STDOUT_FILENO, &rows, &columns) == 0, rows > 0, columns > 0 else {
            return (24, 80)
        }
        return (Int(rows), Int(columns))
    }

    private static func leave(_ mode: termios) {
        write(leaving)
        var mode = mode
        unsafe tcsetattr(STDOUT_FILENO, TCSADRAIN, &mode)
    }

    /// Writes a text; if that fails, the terminal cannot be restored either.
    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}

/// A converter from frames to terminal output, which contains only the changed lines.
struct FrameWriter {
    private var shown: [String]?

    /// Records that the screen shows something else.
    mutating func invalidate() { shown = nil }

    /// Returns the output for a frame; empty if nothing has changed.
    mutating func text(showing lines: [String]) -> String {
        var text = shown == nil ? "\u{1b}[H\u{1b}[2J" : ""
        let before = shown ?? []
        for index in 0..<max(lines.count, before.count) {
            let line = index < lines.count ? lines[index] : ""
            if index < before.count ? before[index] != line : !line.isEmpty {
                // Erased first: at the end of a full line this would remove the last character.
                text += "\u{1b}[\(index + 1);1H\u{1b}[K\(line)"
            }
        }
        shown = lines
        return text
    }
}
