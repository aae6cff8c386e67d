import CommandSupport
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The responses to HTTP requests: metrics for GET /metrics, and refusals.
actor ScrapeResponder {
    private let requests: SnapshotRequests
    /// The last compressed text, for scrapers that share a snapshot.
    private var compressed: (serial: UInt64, format: MetricsText.Format, bytes: [UInt8])?

    init(_ requests: SnapshotRequests) { self.requests = requests }

    /// Returns the response to a request.
    func respond(to request: Request) async -> Response {
        var response = await response(to: request)
        response.headers[.connection] = "close"
        guard request.method == .head else { return response }
        var head = response.createHeadResponse()
        head.headers[.contentLength] = response.headers[.contentLength]
        return head
    }

    private func response(to request: Request) async -> Response {
        guard request.method == .get || request.method == .head else {
            return Self.text(
                .methodNotAllowed, "only GET is allowed: this server has nothing but metrics\n", [.allow: "GET, HEAD"])
        }
        switch request.uri.path {
        case "/metrics": return await metrics(for: request)
        case "/": return Self.text(.ok, "taskstats-exporter: the metrics are at /metrics\n")
        default: return Self.text(.notFound, "not found: the metrics are at /metrics\n")
        }
    }

    private func metrics(for request: Request) async -> Response {
        let format = Negotiation.format(accept: request.headers[.accept])
        var headers: HTTPFields = [.contentType: Negotiation.contentType(format), .vary: "Accept, Accept-Encoding"]
        let snapshot = await requests.snapshot()
        if Negotiation.acceptsGzip(request.headers[.acceptEncoding]), let bytes = compress(snapshot, format) {
            headers[.contentEncoding] = "gzip"
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                for piece in ExporterMetrics(snapshot, format) { try await writer.write(ByteBuffer(bytes: piece)) }
                try await writer.finish(nil)
            })
    }

    /// Returns the compressed text of a snapshot; nil without memory.
    private func compress(_ snapshot: ExporterSnapshot, _ format: MetricsText.Format) -> [UInt8]? {
        if let compressed, compressed.serial == snapshot.serial, compressed.format == format { return compressed.bytes }
        guard let compressor = GzipCompressor() else { return nil }
        var bytes: [UInt8] = []
        for piece in ExporterMetrics(snapshot, format) { compressor.compress(piece[...], .more, to: &bytes) }
        compressor.compress([], .end, to: &bytes)
        compressed = (snapshot.serial, format, bytes)
        return bytes
    }

    private static func text(
        _ status: HTTPResponse.Status, _ text: String, _ headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "text/plain; charset=utf-8"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
