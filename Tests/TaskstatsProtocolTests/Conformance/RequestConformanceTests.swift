import TestSupport
import Testing

@testable import TaskstatsProtocol

/// The conformance set of requests for the daemon's decoder; a system test sends it to the daemon.
@Suite struct RequestConformanceTests {
    @Test func `every line has the result that the protocol specifies`() {
        for request in RequestCase.all {
            let outcome = Self.read(request.line)
            switch (request.outcome, outcome) {
            case (.accepted(let call, _), .success(let read)):
                #expect(read.call == call, "\(request)")
                #expect(read.id == RequestCase.id, "\(request)")
            case (.refused(let name, let id), .failure(let failure)):
                #expect(failure.error.name == name, "\(request)")
                #expect(failure.id == id, "\(request)")
            default: Issue.record("\(request): \(outcome)")
            }
        }
    }

    @Test func `expectations about JSON agree with an independent implementation of the rules`() {
        for request in RequestCase.all where request.line.count <= ProtocolLimits.requestBytes {
            let isJSON =
                ReferenceJSON.depth(request.line) <= ProtocolLimits.requestDepth && !request.line.contains(0)
                && ReferenceJSON.validate(request.line) != .invalid
            if case .refused(.parseError, _) = request.outcome {
                #expect(!isJSON, "\(request)")
            } else {
                #expect(isJSON, "\(request)")
            }
        }
    }

    @Test func `the answer to any refused line fits into a line`() {
        var refused = 0
        for case (let request, .failure(let failure)) in RequestCase.all.map({ ($0, Self.read($0.line)) }) {
            refused += 1
            let answer = ServerLine.error(failure.id, failure.error)
            #expect(answer.count <= ProtocolLimits.lineBytes, "\(request)")
        }
        #expect(refused > 0)
    }

    /// Decodes a line as received over a socket.
    private static func read(_ line: [UInt8]) -> Result<Request, RequestDecoder.Failure> {
        var framer = LineFramer(limit: ProtocolLimits.requestBytes)
        var rest = (line + [0x0a])[...]
        while true {
            switch unsafe framer.next({ bytes in
                Result { () throws(RequestDecoder.Failure) in try unsafe RequestDecoder.decode(bytes) }
            }) {
            case .line(let result): return result
            case .tooLong: return .failure(.init(id: nil, error: ProtocolError(.invalidRequest, "too long")))
            case .incomplete: framer.fill(from: &rest)
            }
        }
    }
}
