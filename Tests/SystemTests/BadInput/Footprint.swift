import Testing

/// The resource use of a daemon without other clients.
struct Footprint {
    /// The allocator keeps a varying amount.
    private static let slackBytes = 8 << 20
    private let residentBytes: Int
    private let descriptors: Int

    init(_ daemon: RunningDaemon) throws {
        let connection = try daemon.connect()
        _ = try connection.status()
        (residentBytes, descriptors) = (try daemon.residentBytes, try daemon.openDescriptors)
    }

    /// Checks that the same process soon uses no more than before, and that all its clients are gone.
    func expectAgain(_ daemon: RunningDaemon) throws {
        let isAgain = try daemon.wait(.seconds(10)) { status in
            try status.clients == 1 && status.subscribers == 0 && status.queuedBytes == 0 && status.registeredCPUs == ""
                && daemon.openDescriptors == descriptors
                && (Requested.isSanitized || daemon.residentBytes <= residentBytes + Self.slackBytes)
        }
        let (resident, open) = (try daemon.residentBytes, try daemon.openDescriptors)
        let status = try daemon.connect().status().daemon
        #expect(isAgain, "\(residentBytes) bytes are \(resident), \(descriptors) descriptors \(open), \(status as Any)")
        print("footprint: \(residentBytes >> 10) KiB before, \(resident >> 10) KiB after, \(open) descriptors")
        #expect(try daemon.stop().status == 0)
    }
}
