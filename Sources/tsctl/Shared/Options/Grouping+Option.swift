import ArgumentParser
import CommandSupport

extension Grouping: ExpressibleByArgument {
    /// Returns the help of an option; `action` is what the option changes.
    static func help(_ action: String) -> ArgumentHelp {
        ArgumentHelp("\(action) by command, unit, container, user or cgroup.", valueName: "property")
    }
}
