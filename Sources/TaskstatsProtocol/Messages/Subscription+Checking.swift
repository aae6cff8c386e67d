import TaskstatsModel

extension Subscription {
    /// The first struct version that marks the last record of a process.
    private static let firstVersionWithProcessEnd = 12

    /// Returns the subscription with the CPUs of a list; throws the refusal of a daemon that cannot serve it.
    package func checked(
        cpuList: String, possibleCPUs: CPUSet, taskstatsVersion: Int, reportsStarts: Bool
    ) throws(ProtocolError) -> Subscription {
        var checked = self
        do throws(CPUSet.ParsingError) {
            checked.cpus = try CPUSet(parsing: cpuList, possible: possibleCPUs)
        } catch {
            throw .invalidParams("cpus", error.description)
        }
        if scope == .process, taskstatsVersion < Self.firstVersionWithProcessEnd {
            throw ProtocolError(
                .unavailable,
                "this kernel's struct taskstats (version \(taskstatsVersion)) does not mark the last record of a "
                    + "process; this needs version \(Self.firstVersionWithProcessEnd)", field: "scope")
        }
        if starts, !reportsStarts {
            throw ProtocolError(
                .unavailable, "this daemon cannot report starts; hello.features lacks starts", field: "starts")
        }
        return checked
    }
}
