import Testing

@testable import taskstatsd

@Suite("RequestTime")
struct RequestTimeTests {
    @Test("What a user's requests took is taken from that user's part of the turn alone")
    func perUser() {
        var time = RequestTime()
        #expect(time.left(to: 1000) == RequestTime.perUser)
        time.charge(RequestTime.perUser - 1, to: 1000)
        #expect(time.left(to: 1000) == 1)
        // The last request may take longer than there was.
        time.charge(500, to: 1000)
        #expect(time.left(to: 1000) == 0)
        #expect(time.left(to: 1001) == RequestTime.perUser)
        time.beginTurn()
        #expect(time.left(to: 1000) == RequestTime.perUser)
    }

    @Test("However many users ask, a turn ends")
    func perTurn() {
        var time = RequestTime()
        var uid: UInt32 = 0
        while time.left(to: uid) > 0 {
            time.charge(RequestTime.perUser, to: uid)
            uid += 1
        }
        #expect(UInt64(uid) * RequestTime.perUser == RequestTime.perTurn)
        #expect(time.left(to: 4_711) == 0)
    }
}
