import TaskstatsModel
import TaskstatsProtocol

/// Compares the lines that clients received with the reference listener.
///
/// For a client with access to everything each record has its position: the next record of the reference listener, or
/// as many further as losses reported in between, and `seq` agrees. For any other client the sum counts: the records
/// that matched, and those of them that the daemon had. Records that some client received were there; records that a
/// client with access to everything saw reported as lost in the kernel were not.
struct Audit {
    /// The totals of all clients.
    struct Totals {
        var clients = 0
        var delivered = 0
        var lostInKernel = 0
        var lostInQueue = 0

        static func += (left: inout Totals, right: Totals) {
            left.clients += right.clients
            left.delivered += right.delivered
            left.lostInKernel += right.lostInKernel
            left.lostInQueue += right.lostInQueue
        }
    }

    /// The parsed lines of one client.
    struct Account {
        let client: StreamClient
        var spans: [Span] = []
        var lostInQueue = 0
    }

    let ended: [[ReferenceRecorder.Ended]]
    /// Whether the daemon may have closed any connection.
    private let allowsClosing: Bool
    private(set) var fates: Fates
    /// The positions at which the daemon may have registered a CPU, where numbering begins.
    private var registrations: [[ClosedRange<Int>]]
    private(set) var problems: [String] = []
    private(set) var totals = Totals()

    /// Checks all clients; other programs made the daemon register CPUs at these positions.
    init(
        _ ended: [[ReferenceRecorder.Ended]], _ clients: [StreamClient],
        otherRegistrations: [(cpu: Int, at: ClosedRange<Int>)], allowsClosing: Bool = false
    ) {
        self.ended = ended
        self.allowsClosing = allowsClosing
        fates = Fates(ended)
        registrations = Array(repeating: [], count: ended.count)
        for (cpu, place) in otherRegistrations { registrations[cpu].append(place) }
        for change in clients.flatMap(\.changes.values) {
            for cpu in change.cpus { registrations[cpu].append(change.boundary[cpu]) }
        }
        // First all clients that show which records the daemon had, then those whose sums depend on that.
        let accounts = clients.compactMap { read($0) }
        for account in accounts {
            let problem = account.client.choice == .everything ? problemOfTotal(account) : problemOfFiltered(account)
            if let problem { report(account.client, problem) }
        }
        problems += problemsOfNumbering(accounts.flatMap(\.spans))
    }

    /// Reads a client's lines; nil when they contradict the reference listener or each other.
    private mutating func read(_ client: StreamClient) -> Account? {
        var account = Account(client: client)
        var open: [Int: Span] = [:]
        for (position, event) in client.events.enumerated() {
            if let problem = take(event, at: position, &open, &account) {
                report(client, "line \(position): \(problem)")
                return nil
            }
        }
        for span in open.values {
            guard let span = broken(span) else {
                report(client, "received more on CPU \(span.cpu) than ended there")
                return nil
            }
            account.spans.append(span)
        }
        totals += Totals(
            clients: 1, delivered: account.spans.reduce(0) { $0 + $1.received.count },
            lostInKernel: account.spans.reduce(0) { $0 + $1.lostInKernel }, lostInQueue: account.lostInQueue)
        return account
    }

    private mutating func report(_ client: StreamClient, _ problem: String) {
        problems.append("client \(client.number) (\(client.choice), \(client.overflow)): \(problem)")
    }

    // MARK: Events

    private mutating func take(
        _ event: StreamEvent, at position: Int, _ open: inout [Int: Span], _ account: inout Account
    ) -> String? {
        let client = account.client
        switch event {
        case .hello:
            return position == 0 ? nil : "a second hello"
        case .malformed(let line):
            return "not a line of the protocol: \(line)"
        case .closing(let reason):
            let mayBe = allowsClosing || client.overflow == .disconnect
            return mayBe && position == client.events.count - 1 ? nil : "closed: \(reason)"
        case .lost(let loss):
            let count = Int(loss.count ?? 0)
            switch loss.place {
            case .starts, .history:
                return "a loss that it did not request"
            case .queue:
                account.lostInQueue += count
                for cpu in open.keys { open[cpu]?.lostInQueueSince += count }
            case .kernel(let cpu):
                guard open[cpu] != nil else { return "a loss on CPU \(cpu), to which it is not subscribed" }
                open[cpu]?.lostInKernel += count
                open[cpu]?.lostInKernelSince += count
            }
        case .exit(let exit):
            guard var span = open.removeValue(forKey: exit.cpu) else {
                return "a record of CPU \(exit.cpu), to which it is not subscribed"
            }
            if let problem = take(exit, of: client, &span) { return problem }
            open[exit.cpu] = span
        case .answer(let id):
            guard let change = client.changes[id] else { return nil }
            for (cpu, span) in open where !change.cpus.contains(cpu) {
                open[cpu] = nil
                var span = span
                span.end = change.boundary[cpu]
                if client.choice == .everything, let problem = finish(&span) { return problem }
                account.spans.append(span)
            }
            for cpu in change.cpus where open[cpu] == nil { open[cpu] = Span(cpu: cpu, begin: change.boundary[cpu]) }
        }
        return nil
    }

    private mutating func take(
        _ exit: StreamEvent.Exit, of client: StreamClient, _ span: inout Span
    ) -> String? {
        guard let index = place(of: exit, in: span) else {
            let places = ended[span.cpu].indices.filter { ended[span.cpu][$0].isMeant(by: exit) }
            return """
                \(exit) is at \(places), not where its number puts it: the span begins at \(span.begin), number 1 is at \
                \(span.origin.map(String.init) ?? "any place")
                """
        }
        span.origin = index + 1 - Int(exit.sequence)
        if client.choice == .everything {
            guard span.advance(to: index...index) else {
                return """
                    \(exit) is at \(index), expected at \(span.expected), with \(span.lostInQueueSince) told as lost in \
                    the queue
                    """
            }
            let lost = index - span.lostInKernelSince..<index
            if span.lostInQueueSince == 0, !fates.note(.lostInKernel, span.cpu, lost) {
                return "\(lost) on CPU \(span.cpu) are reported lost in the kernel, but others had some of them"
            }
        } else if !client.choice.wants(ended[span.cpu][index]) {
            return "\(exit) does not match its subscription"
        } else if let last = span.received.last, last >= index {
            return "\(exit) comes twice or late"
        }
        guard fates.note(.received, span.cpu, index..<index + 1) else {
            return "\(exit) was reported to others as lost in the kernel"
        }
        span.receive(index)
        return nil
    }

    /// Returns the position of a record at the reference listener, determined by its number.
    ///
    /// Before the position of number 1 is known, it is the first one that puts number 1 where a client subscribed; pids
    /// repeat after some ten thousand, so the pid alone is not enough.
    private func place(of exit: StreamEvent.Exit, in span: Span) -> Int? {
        let all = ended[span.cpu]
        guard let origin = span.origin else {
            return all.indices.clamped(to: min(span.begin.lowerBound, all.count)..<all.count).first { index in
                all[index].isMeant(by: exit)
                    && registrations[span.cpu].contains { $0.contains(index + 1 - Int(exit.sequence)) }
            }
        }
        let index = origin - 1 + Int(exit.sequence)
        return all.indices.contains(index) && all[index].isMeant(by: exit) ? index : nil
    }

    private mutating func finish(_ span: inout Span) -> String? {
        guard span.advance(to: span.end) else {
            return """
                it left CPU \(span.cpu) at \(span.end), expected at \(span.expected), with \(span.lostInQueueSince) told \
                as lost in the queue
                """
        }
        if let next = span.next, span.lostInQueueSince == 0 {
            guard fates.note(.lostInKernel, span.cpu, next..<next + span.lostInKernelSince) else {
                return "the last losses on CPU \(span.cpu), at \(next), differ from the reports of others"
            }
        }
        return nil
    }

    /// Returns the span of a client that was cut off: what it read is the beginning of what it would have read.
    private func broken(_ span: Span) -> Span? {
        var span = span
        let last = span.expected.lowerBound
        guard last <= ended[span.cpu].count else { return nil }
        span.end = last...ended[span.cpu].count
        span.missing = span.missing.adding(0...span.lostInQueueSince)
        return span
    }
}

extension ReferenceRecorder.Ended {
    fileprivate func isMeant(by exit: StreamEvent.Exit) -> Bool {
        pid == exit.pid && tgid == exit.tgid && isLast == exit.isLast
    }
}
