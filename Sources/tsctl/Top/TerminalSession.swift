import CLinux
import Glibc
import LinuxSystem

/// The terminal while a command has the whole screen: another screen, no cursor, keys one by one and unseen.
///
/// However the command ends, the terminal is as it was: by the end of this value, or for signals of a crash by a
/// handler. Only what nobody can handle, as SIGKILL, leaves it behind.
struct TerminalSession: ~Copyable {
    /// Where keys come from; nil when standard input is no terminal.
    let keys: Int32?
    private var modeBefore: termios

    private static let entering = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[H\u{1b}[2J"
    private static let leaving = "\u{1b}[0m\u{1b}[?25h\u{1b}[?1049l"

    /// Whether standard output is a terminal that can do this.
    static var isPossible: Bool {
        isatty(STDOUT_FILENO) == 1 && Environment["TERM"] != nil && Environment["TERM"] != "dumb"
    }

    /// Takes the terminal over.
    static func begin() throws(Failure) -> TerminalSession {
        var mode = termios()
        guard unsafe tcgetattr(STDOUT_FILENO, &mode) == 0 else {
            throw Failure("cannot set the terminal up: \(SystemError.last("tcgetattr").text)")
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

    /// Sets the screen up, at first and when the command goes on after it was stopped.
    func enter() {
        var mode = modeBefore
        // Signals of keys stay: Ctrl-C and Ctrl-Z do what they do everywhere.
        mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
        unsafe tcsetattr(STDOUT_FILENO, TCSADRAIN, &mode)
        Self.write(Self.entering)
    }

    /// Puts everything back for as long as the command is stopped.
    func leave() { Self.leave(modeBefore) }

    /// The keys that were pressed; nil when the terminal is gone.
    func readKeys() -> [Key]? {
        guard let keys else { return [] }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(keys, &bytes, bytes.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return [] }
        return count <= 0 ? nil : Key.keys(in: Array(bytes.prefix(count)))
    }

    /// Its rows and columns.
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

    /// A terminal that cannot be written cannot be put back either.
    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
