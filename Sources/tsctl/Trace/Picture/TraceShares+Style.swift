extension TraceShares.State {
    /// The state in a legend.
    var title: String {
        switch self {
        case .onCPU: "on CPU"
        case .waitingForCPU: "waiting for a CPU"
        case .blockIO: "waiting for block I/O"
        case .memory: "waiting for memory"
        case .other: "other: sleeping, or waiting for children"
        }
    }

    /// The class of its colour.
    var styleClass: String {
        switch self {
        case .onCPU: "c0"
        case .waitingForCPU: "c1"
        case .blockIO: "c2"
        case .memory: "c3"
        case .other: "c4"
        }
    }
}
