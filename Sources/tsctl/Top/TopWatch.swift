import Taskstats

/// The communication of top with the daemon, which may have to wait.
struct TopWatch {
    private var connection: TopConnection
    private var model: TopModel
    private var system = SystemFigures.now()
    private var delayAccounting: Bool?
    private var looks = 0

    /// The number of samples in which the state of delay accounting is queried once.
    private static let looksOfDelayAccounting = 5

    init(_ connection: TopConnection) {
        self.connection = connection
        model = TopModel(subject: connection.subject, tick: connection.tick)
        delayAccounting = connection.server.delayAccounting
    }

    /// Takes exits until the descriptor is readable or the daemon is lost; returns an update in the latter case.
    ///
    /// It returns immediately if there is no connection.
    mutating func collect(interruptedBy descriptor: Int32) -> TopNews? {
        guard connection.trouble == nil else { return nil }
        do throws(TaskstatsError) {
            try connection.collect(&model, interruptedBy: descriptor)
            return nil
        } catch {
            return lost(error)
        }
    }

    /// Takes a sample of this subject; the loss of the daemon does not end top.
    mutating func look(at subject: TopModel.Subject) -> TopNews {
        do {
            if subject != connection.subject {
                model = TopModel(subject: subject, tick: connection.tick)
                try connection.change(to: subject)
            }
            return try look()
        } catch let error as TaskstatsError {
            return lost(error)
        } catch let failure as Failure {
            return news(failure)
        } catch {
            return news(Failure("\(error)"))
        }
    }

    private mutating func look() throws -> TopNews {
        var isBack = false
        if connection.trouble != nil {
            guard connection.returned() else { return news() }
            isBack = true
            model.isPartial = true
        }
        try connection.round(&model)
        if looks % Self.looksOfDelayAccounting == 0 { delayAccounting = try connection.delayAccounting() }
        looks += 1
        let now = SystemFigures.now()
        defer { system = now }
        var news = news()
        news.isDaemonBack = isBack
        news.interval = model.finish(at: Moment.nanosecondsSince1970)
        news.system = now.since(system)
        return news
    }

    private mutating func lost(_ error: TaskstatsError) -> TopNews {
        connection.lost(error)
        return news()
    }

    private func news(_ failure: Failure? = nil) -> TopNews {
        TopNews(
            subject: connection.subject, delayAccounting: delayAccounting,
            trouble: connection.trouble.map { "reconnecting: \($0.message)" }, failure: failure)
    }
}
