import CommandSupport
import HummingbirdCore
import LinuxSystem
import Logging
import NIOCore
import NIOPosix

/// The HTTP server: it parses requests, and leaves the figures to the collector.
///
/// HummingbirdCore was chosen over FlyingFox 0.27.1, which has no dependencies, because FlyingFox reads a line of a
/// request without a limit and waits for it without a timeout, and neither can be added from outside. SwiftNIO under
/// Hummingbird bounds the headers, and lets ``ConnectionGuard`` see a connection before any byte is decoded. The server
/// has one event loop, and no timer without a connection.
struct ScrapeServer {
    private let address: ListenAddress
    private let responder: ScrapeResponder

    init(_ address: ListenAddress, _ requests: SnapshotRequests) {
        self.address = address
        responder = ScrapeResponder(requests)
    }

    /// Serves until the process ends; throws if it cannot listen.
    func run() async throws(Failure) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var logger = Logger(label: "http") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let (responder, registry) = (responder, ConnectionRegistry())
        let channel = HTTP1Channel(
            responder: { request, writer, channel in
                let response = await responder.respond(to: request)
                if response.body.contentLength == nil { registry.stream(channel)?.close(promise: nil) }
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: .init(
                additionalChannelHandlers: [SingleResponse()],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: ConnectionGuard.requestBytes, maxHeaderListSize: ConnectionGuard.requestBytes,
                    maxHeaderFieldCount: 64)))
        let server = Server(
            childChannelSetup: GuardedChannel(http: channel, registry: registry),
            configuration: .init(address: .hostname(address.host, port: address.port)),
            onServerRunning: { [address] channel in
                var actual = address
                actual.port = channel.localAddress?.port ?? address.port
                Message.print("listening on http://\(actual.text)/metrics")
            }, eventLoopGroup: group, logger: logger)
        do {
            try await server.run()
        } catch {
            throw Failure("cannot listen on \(address.text): \(Self.reason(error)) (choose another --listen address)")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return SystemError("bind", errno: error.errnoCode).text
    }
}

/// HTTP/1.1 behind a guard.
private struct GuardedChannel: ServerChildChannel {
    let http: HTTP1Channel
    let registry: ConnectionRegistry

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        do {
            try channel.pipeline.syncOperations.addHandler(ConnectionGuard(registry))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return http.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
