import Glibc
import TestSupport
import Testing

/// The real exporter, for as long as the value lives.
final class RunningExporter {
    private var child: ChildProcess?
    let pid: pid_t
    /// Its address, as "127.0.0.1:9811".
    let address: String

    /// Starts it and waits until it listens.
    init(_ daemon: RunningDaemon, _ options: [String] = []) throws {
        let command = [
            try ChildProcess.product("taskstats-exporter"), "--socket", daemon.socket, "--listen", "127.0.0.1:0",
        ]
        var child = try Host.start(["sh", "-c", #"exec "$@" 2>&1"#, "sh"] + command + options)
        pid = child.pid
        var address: String?
        while address == nil, let line = try child.line() {
            if line.contains("listening on http://") {
                address = line.split(separator: "/").dropLast().last.map(String.init)
            }
        }
        self.child = consume child
        self.address = try #require(address)
    }

    deinit {
        guard let child = child.take() else { return }
        child.send(signal: SIGKILL)
        _ = try? child.finish()
    }

    /// Sends a signal and waits for the end.
    func stop(signal: Int32 = SIGTERM) throws -> ChildProcess.Result {
        guard let child = child.take() else { preconditionFailure("the exporter was stopped before") }
        child.send(signal: signal)
        return try child.finish()
    }

    /// Returns the response to a request with these options of curl.
    func curl(_ options: [String] = [], path: String = "/metrics") throws -> String {
        let result = try Host.run(["curl", "-sS", "--max-time", "20"] + options + ["http://\(address)\(path)"])
        try #require(result.status == 0, "\(result.errors)")
        return result.output
    }

    /// Returns the values of all series, by their names with labels.
    func scrape() throws -> [String: Double] {
        try Self.values(curl())
    }

    /// Reads a text in the format 0.0.4.
    static func values(_ text: String) throws -> [String: Double] {
        var values: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let space = try #require(line.lastIndex(of: " "))
            let name = String(line[..<space])
            try #require(values[name] == nil, "\(name) is there twice")
            let value: Double = try #require(Double(String(line[line.index(after: space)...])))
            values[name] = value
        }
        return values
    }

    /// Its resident memory, in bytes.
    var residentBytes: Int {
        get throws {
            let line = try #require(
                Host.text("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
            return try #require(Int(line.split(separator: " ")[1])) << 10
        }
    }

    /// Its number of open descriptors.
    var openDescriptors: Int {
        get throws { try Host.run(["ls", "/proc/\(pid)/fd"]).output.split(separator: "\n").count }
    }
}
