import TestSupport
import Testing

/// A service manager that keeps the descriptors of its service, and starts the service with them.
final class DescriptorStore {
    private let door: String
    private var process: ChildProcess?

    init(in directory: TemporaryDirectory) throws {
        door = directory.file("door")
        var process = try Host.start(
            ["python3", "-B", Script.path("store.py"), "keep", directory.file("notify"), door])
        try #require(try process.line() == "ready")
        self.process = consume process
    }

    deinit { try? end() }

    /// The command prefix of the service.
    var launcher: [String] { ["python3", "-B", Script.path("store.py"), "run", door] }

    /// The names of the stored descriptors.
    func names() throws -> [String] {
        let result = try Host.run(["python3", "-B", Script.path("store.py"), "names", door])
        try #require(result.status == 0, "\(result.errors)")
        return result.output.split { $0 == " " || $0 == "\n" }.map(String.init)
    }

    /// Closes everything, as a service manager does for a stopped unit.
    func end() throws {
        guard let process = process.take() else { return }
        process.send(signal: 9)
        _ = try process.finish()
    }
}
