import ArgumentParser

/// How the daemon learns the origin of processes, and how much of it clients can see.
struct OriginSettings: Sendable {
    /// The part of an origin that the daemon learns.
    enum Level: String, CaseIterable, ExpressibleByArgument, Sendable {
        /// Nothing.
        case none
        /// Everything but command lines and executables.
        case cgroup
        /// Everything.
        case all
    }

    var level = Level.all
    /// The memory of what is known about processes, in bytes.
    var memoryLimit = 64 << 20
    /// The receive buffer of the kernel's events.
    var receiveBufferBytes = 8 << 20
}
