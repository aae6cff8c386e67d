/// A check that systemd keeps the daemon running.
struct UnitCheck: Check {
    /// The state of one unit.
    struct Unit: Equatable {
        let name: String
        let isInstalled: Bool
        let active: String
        let result: String
        let startsAtBoot: Bool
    }

    /// The daemon's units; nil if systemd does not run, empty if systemctl reports none.
    let units: [Unit]?
    let isAnswered: Bool

    static let names = ["taskstatsd.service", "taskstats.socket"]

    var finding: Finding {
        guard let units else { return .ok(Self.name, "systemd does not run here") }
        let installed = units.filter(\.isInstalled)
        guard !units.isEmpty else { return .unknown(Self.name, "systemctl does not report the units") }
        guard !installed.isEmpty else {
            return .warning(
                Self.name, "the units are not installed: nothing starts the daemon at boot",
                fix: "install the package: sudo apt install ./taskstatsd_*.deb")
        }
        let states = installed.map { "\($0.name) \($0.active)" }.joined(separator: ", ")
        if let broken = installed.first(where: { $0.active == "failed" }) {
            return .failed(
                Self.name, "\(states) (\(broken.result))",
                fix: "sudo systemctl restart \(broken.name); sudo journalctl -n 20 -u \(broken.name)")
        }
        if !installed.contains(where: { $0.active == "active" || $0.active == "activating" }) {
            let text = isAnswered ? "\(states): the daemon was started in another way" : states
            return isAnswered
                ? .warning(Self.name, text, fix: Self.start) : .failed(Self.name, text, fix: Self.start)
        }
        guard installed.contains(where: \.startsAtBoot) else {
            return .warning(Self.name, "\(states); not started at boot", fix: Self.start)
        }
        return .ok(Self.name, states)
    }

    /// The command that starts the installed units, now and at boot.
    static let start = "sudo systemctl enable --now " + names.reversed().joined(separator: " ")

    private static let name = "systemd"

    /// Parses the output of `systemctl show` for both units: lines of Name=value, with an empty line between units.
    static func units(shown text: String) -> [Unit] {
        text.split(separator: "\n\n").compactMap { block in
            let pairs = block.split(separator: "\n").compactMap { line -> (String, String)? in
                guard let equals = line.firstIndex(of: "=") else { return nil }
                return (String(line[..<equals]), String(line[line.index(after: equals)...]))
            }
            let values = Dictionary(pairs, uniquingKeysWith: { $1 })
            guard let name = values["Id"] else { return nil }
            return Unit(
                name: name, isInstalled: values["LoadState"] == "loaded", active: values["ActiveState"] ?? "unknown",
                result: values["Result"] ?? "unknown", startsAtBoot: values["UnitFileState"] == "enabled")
        }
    }
}
