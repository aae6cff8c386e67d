import TaskstatsProtocol
import TestSupport
import Testing

extension SystemTests {
    /// Every line of the conformance set has the result that the protocol specifies.
    @Suite struct ConformanceTests {
        /// The line after each line of the set; it undoes the effects of the previous one.
        private let next = #"{"jsonrpc":"2.0","id":"next","method":"unsubscribe"}"#
        private let nextAnswer = #"{"jsonrpc":"2.0","id":"next","result":{}}"#

        @Test func `each line gets one answer, and the next line is read, all on one connection`() throws {
            let daemon = try RunningDaemon()
            let client = try RawConnection(daemon)
            for request in RequestCase.all {
                try client.send(request.line + [0x0a] + Array(next.utf8) + [0x0a])
                let answer = try #require(try client.answer(), "\(request)")
                #expect(isExpected(answer, of: request), "\(request): \(answer.prefix(400))")
                #expect(try client.answer() == nextAnswer, "behind \(request)")
            }
            #expect(try daemon.stop().status == 0)
            print("conformance: \(RequestCase.all.count) lines answered as they should be")
        }

        @Test func `eight invalid requests in a row get eight answers, the reason, and the end`() throws {
            let daemon = try RunningDaemon()
            let bad = RequestCase.all.filter { if case .refused = $0.outcome { true } else { false } }
            for start in stride(from: 0, to: bad.count - 8, by: 8) {
                let requests = bad[start..<start + 8]
                let client = try RawConnection(daemon)
                try client.send(requests.flatMap { $0.line + [0x0a] })
                for request in requests {
                    let answer = try #require(try client.line(), "\(request)")
                    #expect(isExpected(answer, of: request), "\(request): \(answer.prefix(400))")
                }
                let finalMessage = try client.line()
                #expect(
                    finalMessage?.contains(#""method":"closing","params":{"reason":"8 bad lines in a row"}"#) == true)
                #expect(try client.line() == nil)
            }
            #expect(try daemon.wait(.seconds(10)) { $0.clients == 1 && $0.queuedBytes == 0 })
        }

        private func isExpected(_ answer: String, of request: RequestCase) -> Bool {
            switch request.outcome {
            case .accepted(_, nil):
                answer.hasPrefix(#"{"jsonrpc":"2.0","id":7,"result":"#)
            case .accepted(_, let name?):
                isRefusal(answer, name, RequestCase.id)
            case .refused(let name, let id):
                isRefusal(answer, name, id)
            }
        }

        /// Returns whether it is an error of that name under that id, with any message.
        private func isRefusal(_ answer: String, _ name: ProtocolError.Name, _ id: RequestID?) -> Bool {
            let form = String(
                decoding: ServerLine.error(id, ProtocolError(name, "")).array.dropLast(), as: UTF8.self)
            let message = #""message":""#
            guard let place = form.firstRange(of: message) else { return false }
            return answer.hasPrefix(form[..<place.upperBound])
                && answer.contains(#","data":{"name":"\#(name.rawValue)""#)
        }
    }
}
