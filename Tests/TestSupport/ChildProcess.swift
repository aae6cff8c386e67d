import Glibc
import LinuxSystem

/// A program run by a test, whose output is read by line or as a whole, and which can be sent signals.
///
/// Every wait for it has a deadline. It is killed when it misses that of its end, or when its value is destroyed before,
/// as by a test that fails: it must not disturb the next one.
package struct ChildProcess: ~Copyable {
    /// The destination of its standard output.
    package enum Output {
        /// The test.
        case pipe
        /// An existing file.
        case file(String)
        /// None: the descriptor is closed.
        case closed
    }

    /// The exit status and output of a program.
    package struct Result: Equatable {
        /// The exit status; for a signal 128 plus its number, as in shells.
        package var status: Int32
        /// The rest of its standard output.
        package var output: String
        /// Its standard error.
        package var errors: String

        /// Creates a result.
        package init(status: Int32, output: String, errors: String) {
            self.status = status
            self.output = output
            self.errors = errors
        }
    }

    private let running: Running
    /// The command and the process id, for failures.
    private let name: String
    private var output: Descriptor?
    private let errors: Descriptor
    private var pending: [UInt8] = []

    /// Starts a program with exactly this environment, plus the options of sanitizers, without any blocked or ignored
    /// signals.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], output: Output = .pipe
    ) throws(SystemError) {
        let toTest = try Pipe()
        let errors = try Pipe()
        var request = ProgramStart([program] + arguments)
        request.environment = environment.merging(Self.sanitizerOptions) { own, _ in own }
        request.defaultSignals = ProgramStart.allSignals
        request.files[STDERR_FILENO] = .descriptor(errors.writing.number)
        request.files[STDOUT_FILENO] =
            switch output {
            case .pipe: .descriptor(toTest.writing.number)
            case .file(let path): .path(path, flags: O_WRONLY)
            case .closed: .closed
            }
        let started = try request.start()
        running = Running(started)
        name = "\(([program] + arguments).joined(separator: " ")), pid \(started.pid)"
        self.output = .some(toTest.takeReading())
        self.errors = errors.takeReading()
    }

    /// Its process id.
    package var pid: pid_t { running.program.pid }

    /// The process id of the tests themselves.
    package static var ownID: pid_t { getpid() }

    /// The path of the program with that name next to the running tests.
    package static func product(_ name: String) throws(SystemError) -> String {
        var path = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink("/proc/self/exe", &path, path.count)
        guard count > 0 else { throw .last("readlink") }
        let tests = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return tests.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/" + name
    }

    /// Waits for the next line of its standard output; nil at the end.
    package mutating func line(within limit: Duration = Deadline.usualLimit) throws -> String? {
        let deadline = Deadline(limit)
        while true {
            if let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeFirst(newline + 1) }
                return String(decoding: pending[..<newline], as: UTF8.self)
            }
            guard let number = output?.number else { return nil }
            try deadline.wait(for: POLLIN, on: number, "a line of \(name)")
            guard try Self.append(from: number, to: &pending) else { return nil }
        }
    }

    /// Waits for a line that satisfies the condition; nil at the end of its standard output.
    ///
    /// Other lines do not extend the limit: some programs never stop printing.
    package mutating func line(
        _ description: @autoclosure () -> String, where isWanted: (String) -> Bool
    ) throws -> String? {
        let deadline = Deadline()
        while let line = try line() {
            if isWanted(line) { return line }
            try deadline.check("\(description()) of \(name)")
        }
        return nil
    }

    /// The reading end of its standard output, to wait on; nil when it is closed.
    package var outputDescriptor: Int32? {
        switch output {
        case .some(let descriptor): descriptor.number
        case .none: nil
        }
    }

    /// Closes the reading end of its standard output.
    package mutating func stopReading() { output = nil }

    /// Sends it a signal.
    package func send(signal: Int32) { running.program.send(signal: signal) }

    /// Reads the rest of its output and waits for its end.
    package consuming func finish(within limit: Duration = Deadline.usualLimit) throws -> Result {
        let deadline = Deadline(limit)
        var (rest, text) = (pending, [UInt8]())
        let status: Int32
        do {
            try readToEnd(&rest, &text, deadline)
            status = try waitForStatus(deadline)
        } catch let error as TimedOut {
            running.kill()
            let said = [rest, text].map { String(decoding: $0.suffix(2_000), as: UTF8.self) }
            throw TimedOut(error, saying: "it has been killed; its output was: \(said[0])\nits errors: \(said[1])")
        }
        let signal = status & 0x7f
        return Result(
            status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: String(decoding: rest, as: UTF8.self),
            errors: String(decoding: text, as: UTF8.self))
    }

    /// Reads both streams at the same time, as it may wait until one of them is read.
    private func readToEnd(
        _ rest: inout [UInt8], _ text: inout [UInt8], _ deadline: Deadline
    ) throws {
        var entries = [outputDescriptor ?? -1, errors.number].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while entries.contains(where: { $0.fd >= 0 }) {
            guard unsafe poll(&entries, 2, deadline.remainingMilliseconds) > 0 else {
                try deadline.check("the end of the output of \(name)")
                continue
            }
            if entries[0].revents != 0, try !Self.append(from: entries[0].fd, to: &rest) { entries[0].fd = -1 }
            if entries[1].revents != 0, try !Self.append(from: entries[1].fd, to: &text) { entries[1].fd = -1 }
        }
    }

    /// The process, which is killed unless it has been reaped.
    private final class Running {
        let program: StartedProgram
        private var isReaped = false

        init(_ program: StartedProgram) { self.program = program }

        deinit { kill() }

        /// Reaps it if it has ended, and returns its status then.
        func reap() throws(SystemError) -> Int32? {
            guard let status = try program.statusIfEnded() else { return nil }
            isReaped = true
            return Int32(bitPattern: status)
        }

        func kill() {
            guard !isReaped else { return }
            program.send(signal: SIGKILL)
            _ = try? program.wait()
            isReaped = true
        }
    }

    private func waitForStatus(_ deadline: Deadline) throws -> Int32 {
        while true {
            if let status = try running.reap() { return status }
            try deadline.check("the end of \(name)")
            usleep(200)
        }
    }

    private static func append(from number: Int32, to bytes: inout [UInt8]) throws(SystemError) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe read(number, &chunk, chunk.count)
            if count >= 0 {
                bytes += chunk.prefix(count)
                return count > 0
            }
            guard errno == EINTR else { throw .last("read") }
        }
    }

    /// The options of contrib/sanitize/run for sanitizers, which started programs need too.
    private static var sanitizerOptions: [String: String] {
        ["LSAN_OPTIONS", "TSAN_OPTIONS"].reduce(into: [:]) { options, name in
            unsafe options[name] = getenv(name).map { unsafe String(cString: $0) }
        }
    }
}
