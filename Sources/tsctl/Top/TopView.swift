import CommandSupport
import Taskstats

/// The user's view of top, which keys change: the order, the filter and the hidden rows.
struct TopView: Equatable {
    /// The action that a key requests, besides another view.
    enum Action: Equatable { case none, redraw, sample, changeSubject, changeInterval(DurationArgument), quit }

    /// The receiver of keys.
    enum Mode: Equatable {
        case table
        case help
        /// A filter is being typed; Escape restores the previous one.
        case filter(before: String)
    }

    var sort = TopColumn.all
    /// The property by which tasks are added up; nil for a row for each task.
    var grouping: Grouping?
    var isReversed = false
    var filter = ""
    var showsIdle = true
    var showsEnded = true
    var isPaused = false
    var mode = Mode.table
    /// The first row shown.
    var first = 0
    var limit: Int?
    var interval: DurationArgument

    init(interval: DurationArgument) { self.interval = interval }

    /// Handles a key; `rows` is the number of rows on the screen.
    mutating func press(_ key: Key, page rows: Int = 20) -> Action {
        switch mode {
        case .help:
            mode = .table
            return .redraw
        case .filter(let before):
            return type(key, before)
        case .table:
            return command(key, page: max(1, rows))
        }
    }

    private mutating func type(_ key: Key, _ before: String) -> Action {
        switch key {
        case .enter: mode = .table
        case .escape: (filter, mode) = (before, .table)
        case .backspace: filter = String(filter.dropLast())
        case .character(let character) where filter.count < 32: filter.append(character)
        default: return .none
        }
        first = 0
        return .redraw
    }

    private mutating func command(_ key: Key, page: Int) -> Action {
        switch key {
        case .character("q"): return .quit
        case .character("h"), .character("?"): mode = .help
        case .character("p"): isPaused.toggle()
        case .character("/"): (mode, filter) = (.filter(before: filter), "")
        case .escape: filter = ""
        case .character("r"): isReversed.toggle()
        case .character("i"): showsIdle.toggle()
        case .character("e"): showsEnded.toggle()
        case .character(" "): return .sample
        case .character("t"): return .changeSubject
        case .character("+"): return change(interval: interval.microseconds * 2)
        case .character("-"): return change(interval: interval.microseconds / 2)
        case .character("<"), .left: moveSort(by: -1)
        case .character(">"), .right: moveSort(by: 1)
        case .down, .character("j"): first += 1
        case .up, .character("k"): first = max(0, first - 1)
        case .pageDown: first += page
        case .pageUp: first = max(0, first - page)
        case .home: first = 0
        default:
            guard case .character(let character) = key, let column = Self.keys[character] else { return .none }
            (sort, isReversed, first) = (column, false, 0)
        }
        return .redraw
    }

    /// The keys that sort by a column.
    static let keys: [Character: TopColumn] = [
        "A": .all, "R": .run, "C": .cpuwait, "B": .blkio, "S": .swap, "M": .reclaim, "T": .thrash, "O": .compact,
        "W": .cow,
        "I": .irq, "D": .read, "E": .write, "F": .ppid, "P": .pid, "U": .user, "N": .command,
    ]

    private mutating func change(interval microseconds: UInt64) -> Action {
        interval = DurationArgument(microseconds: microseconds).withinLimits
        return .changeInterval(interval)
    }

    private mutating func moveSort(by step: Int) {
        let all = TopColumn.allCases
        let index = (all.firstIndex(of: sort) ?? 0) + step
        if all.indices.contains(index) { (sort, isReversed, first) = (all[index], false, 0) }
    }

    // MARK: Rows

    /// Returns the visible rows, in order; on a screen, exits of one command, user and status share a row.
    func rows(of interval: TopInterval, groupingEnded: Bool = false, _ names: inout AccountNames) -> [TopRow] {
        var shown: [TopRow] = []
        let listed = showsEnded ? interval.rows : interval.rows.filter { $0.end == nil }
        for row in grouping?.rows(addingUp: listed, &names) ?? listed {
            if !showsIdle, row.end == nil, row.spent?.isIdle ?? true { continue }
            if !filter.isEmpty, !matches(row, &names) { continue }
            shown.append(row)
        }
        if groupingEnded { shown = Self.groupingEnded(shown) }
        shown = sorted(shown, &names)
        if isReversed { shown.reverse() }
        return limit.map { Array(shown.prefix($0)) } ?? shown
    }

    /// Groups exits, because many short-lived tasks together can use much that none of them shows.
    private static func groupingEnded(_ rows: [TopRow]) -> [TopRow] {
        var groups: [TopRow.Group: Int] = [:]
        return rows.reduce(into: []) { result, row in
            guard let group = row.group else { return result.append(row) }
            if let index = groups[group] {
                result[index].add(row)
            } else {
                groups[group] = result.count
                result.append(row)
            }
        }
    }

    /// Returns whether a row matches the filter: part of a command, start of a user name, or id.
    private func matches(_ row: TopRow, _ names: inout AccountNames) -> Bool {
        if row.members == nil, filter == "\(row.id)" { return true }
        if row.identity?.command.lowercased().contains(filter.lowercased()) == true { return true }
        guard let uid = row.identity?.uid else { return false }
        return names.user(uid).hasPrefix(filter)
    }

    private func sorted(_ rows: [TopRow], _ names: inout AccountNames) -> [TopRow] {
        switch sort {
        case .pid where grouping != nil, .end where grouping != nil:
            let counts = rows.map { $0.members?.count(sort) ?? 0 }
            return zip(rows, counts).sorted { $0.1 > $1.1 }.map(\.0)
        case .pid:
            return rows
        case .ppid:
            let keys = rows.map { $0.parent ?? .max }
            return zip(rows, keys).sorted { ($0.1, $0.0.id) < ($1.1, $1.0.id) }.map(\.0)
        case .end:
            return rows.filter { $0.end != nil } + rows.filter { $0.end == nil }
        case .user, .command:
            let keys = rows.map { row in
                sort == .command ? row.identity?.command ?? "" : row.identity?.uid.map { names.user($0) } ?? ""
            }
            return zip(rows, keys).sorted { ($0.1, $0.0.id) < ($1.1, $1.0.id) }.map(\.0)
        default:
            // Among rows with equal amounts, those that ran longest come first.
            let keys = rows.map { row in
                (
                    sort.amount(in: row) ?? 0, row.spent?.cpuTime?.upperNanoseconds ?? 0,
                    UInt32.max - row.id
                )
            }
            return zip(rows, keys).sorted { $0.1 > $1.1 }.map(\.0)
        }
    }
}
