import CommandSupport
import TaskstatsProtocol

extension TopGroup {
    /// Writes the value of the group, and the numbers of its tasks.
    func write(to writer: inout JSONWriter, by grouping: Grouping) {
        writer.fields(of: key, by: grouping)
        writer.field("tasks", living)
        writer.field("ended", ended)
        writer.field("failed", failed)
    }

    /// Returns the names of the columns of `csvValues`.
    static func csvNames(by grouping: Grouping) -> [String] { [grouping.rawValue, "tasks", "ended", "failed"] }

    /// The value of the group, and the numbers of its tasks.
    var csvValues: [String?] { [CSV.cell(ofName: key.wholeText), "\(living)", "\(ended)", "\(failed)"] }
}
