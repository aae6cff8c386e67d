import TestSupport
import Testing

/// Ended tasks, as reported by the program that ended them.
struct ExitLoad {
    /// The ids of its processes and threads, including its own.
    let ids: [UInt32]
    private let roles: [String: UInt32]

    /// A running load.
    static func start(cpu: Int, processes: Int, threads: Int) throws -> ChildProcess {
        try Host.start([try ChildProcess.product("exit-load"), "\(cpu)", "\(processes)", "\(threads)"])
    }

    /// Waits for the end of a load.
    init(finishing child: consuming ChildProcess) throws {
        let result = try child.finish()
        try #require(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n").map { $0.split(separator: " ") }
        ids = lines.compactMap { UInt32($0[1]) }
        roles = Dictionary(lines.map { (String($0[0]), UInt32($0[1]) ?? 0) }) { first, _ in first }
    }

    /// Returns the id for a word of its output.
    func id(_ role: String) throws -> UInt32 { try #require(roles[role]) }
}
