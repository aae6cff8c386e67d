import CommandSupport
import Taskstats

/// The tasks that share a row because they are added up.
struct TopGroup: Equatable {
    /// The value that they have in common.
    let key: Group
    /// The number of living tasks.
    private(set) var living: UInt64 = 0
    /// The number of tasks that ended in the interval.
    private(set) var ended: UInt64 = 0
    /// The number of those that failed.
    private(set) var failed: UInt64 = 0

    /// Creates the group of one task.
    init(_ key: Group, of row: TopRow) {
        self.key = key
        add(row)
    }

    /// Adds a task.
    mutating func add(_ row: TopRow) {
        guard let end = row.end else { return living += 1 }
        ended += 1
        if end.status?.isSuccess == false { failed += 1 }
    }
}

extension Grouping {
    /// Returns the group of a task; names of commands are printable already.
    func group(of row: TopRow) -> Group {
        switch self {
        case .command: row.identity.map { .printable($0.command) } ?? .unknown
        case .user: row.identity?.uid.map(Group.user) ?? .unknown
        case .unit, .container, .cgroup: group(in: row.cgroup)
        }
    }

    /// Returns a row for each group of tasks, with their sums.
    func rows(addingUp rows: [TopRow], _ names: inout AccountNames) -> [TopRow] {
        var places: [Group: Int] = [:]
        return rows.reduce(into: []) { sums, row in
            let key = group(of: row)
            if let place = places[key] {
                sums[place].add(row)
                sums[place].members?.add(row)
                return
            }
            places[key] = sums.count
            var sum = row
            (sum.id, sum.parent, sum.end) = (0, nil, nil)
            let text = if case .user(let uid) = key { names.user(uid) } else { key.text }
            sum.identity = TopRow.Identity(command: text, uid: nil)
            sum.members = TopGroup(key, of: row)
            sums.append(sum)
        }
    }
}

extension TopInterval {
    /// Reads the control group of each living task.
    mutating func readControlGroups() {
        for index in rows.indices where rows[index].end == nil {
            rows[index].cgroup = ControlGroup.current(of: rows[index].id)
        }
    }
}
