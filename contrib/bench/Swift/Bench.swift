import Glibc
import LinuxSystem

/// The part of the bench that needs the project's own code: what the client library and the broker cost by themselves.
///
/// Each command prints one JSON object on a line; `contrib/bench/run` starts them, each in a process of its own, so that
/// neither caches nor memory of one are the next one's.
@main
enum Bench {
    static let usage = """
        usage: taskstats-bench client RECORDS
               taskstats-bench history RECORDS
               taskstats-bench storm RECORDS
               taskstats-bench broker CPUS CLIENTS MASK    MASK: \(BrokerBench.Mask.allCases.map(\.rawValue).joined(separator: ", "))
        """

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch (arguments.first, arguments.dropFirst().map { $0 }) {
        case ("client", let rest):
            guard rest.count == 1, let records = Int(rest[0]) else { return explain() }
            print(try ClientBench(records: records).run())
        case ("history", let rest):
            guard rest.count == 1, let records = Int(rest[0]) else { return explain() }
            print(HistoryBench(records: records).run())
        case ("storm", let rest):
            guard rest.count == 1, let records = Int(rest[0]) else { return explain() }
            print(try StormBench(records: records).run())
        case ("broker", let rest):
            guard rest.count == 3, let cpus = Int(rest[0]), let clients = Int(rest[1]),
                let mask = BrokerBench.Mask(rawValue: rest[2])
            else { return explain() }
            print(BrokerBench(cpus: cpus, clients: clients, mask: mask).run())
        default:
            explain()
        }
    }

    private static func explain() {
        StandardError.print(usage)
        exit(EX_USAGE)
    }
}
