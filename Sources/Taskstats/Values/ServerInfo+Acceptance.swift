import TaskstatsProtocol

extension ServerInfo {
    /// Throws if the daemon does not serve this program, or has an incompatible protocol.
    func checkAcceptance() throws(TaskstatsError) {
        let ours = ProtocolLimits.version.prefix { $0 != "." }
        guard protocolVersion.prefix(while: { $0 != "." }) == ours else {
            throw TaskstatsError(
                .protocolViolation,
                "\(server) uses protocol version \(protocolVersion), this program uses version \(ours); "
                    + "install matching versions")
        }
        guard access != .none else {
            throw TaskstatsError(
                .permissionDenied, "taskstatsd does not serve this user: \(accessReason ?? "its access is 'none'")")
        }
    }
}
