import ArgumentParser

/// What ends a command that goes on until Ctrl-C.
struct EndOptions: ParsableArguments {
    @Option(
        name: .customLong("for"), help: ArgumentHelp("End after so long, as in 60s or 10min.", valueName: "time"),
        transform: TimeSpan.init(parsing:))
    var period: TimeSpan?

    @Option(help: ArgumentHelp("End after so many exits.", valueName: "number"))
    var count: UInt64?

    func validate() throws {
        if count == 0 { throw ValidationError("--count is an integer from 1.") }
    }
}
