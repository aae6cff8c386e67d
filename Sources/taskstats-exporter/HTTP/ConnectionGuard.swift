import NIOCore
import NIOHTTPTypes

/// The limits of one connection: one request of a bounded size, and a bounded life.
///
/// It sees bytes before the HTTP decoder does. What exceeds a limit closes the connection, whatever it means.
final class ConnectionGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// The maximum number of bytes of a request.
    static let requestBytes = 16 << 10
    /// The time for the request, and for the whole connection.
    static let requestTime = TimeAmount.seconds(5)
    static let totalTime = TimeAmount.seconds(30)

    private let registry: ConnectionRegistry
    private var received = 0
    private var hasRequest = false
    private var deadlines: [Scheduled<Void>] = []

    init(_ registry: ConnectionRegistry) { self.registry = registry }

    func handlerAdded(context: ChannelHandlerContext) {
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let channel = context.channel
        registry.open(channel)?.close(promise: nil)
        channel.closeFuture.whenComplete { _ in loopBound.value.end(channel) }
        deadlines = [
            context.eventLoop.scheduleTask(in: Self.requestTime) {
                if !loopBound.value.hasRequest { channel.close(promise: nil) }
            },
            context.eventLoop.scheduleTask(in: Self.totalTime) { channel.close(promise: nil) },
        ]
    }

    private func end(_ channel: any Channel) {
        registry.close(channel)
        for deadline in deadlines { deadline.cancel() }
        deadlines.removeAll()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // One request for each connection: what follows it is not read.
        guard !hasRequest else { return }
        received += unwrapInboundIn(data).readableBytes
        guard received <= Self.requestBytes else { return context.close(promise: nil) }
        context.fireChannelRead(data)
    }

    /// Records that the request is complete.
    func acceptRequest(of channel: any Channel) {
        hasRequest = true
        registry.serve(channel)
    }
}

/// The end of a connection after its only response.
final class SingleResponse: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data),
            let guardian = try? context.pipeline.syncOperations.handler(type: ConnectionGuard.self)
        {
            guardian.acceptRequest(of: context.channel)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        let written = promise ?? context.eventLoop.makePromise()
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(data, promise: written)
    }
}
