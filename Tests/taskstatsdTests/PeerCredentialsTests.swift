import Glibc
import Testing

@testable import taskstatsd

@Suite("PeerCredentials")
struct PeerCredentialsTests {
    @Test("The kernel vouches for who made the other end")
    func ownEnd() throws {
        let pair = try SocketPair.open()
        let peer = try PeerCredentials.read(pair.ours)
        #expect(peer.uid == geteuid())
        #expect(peer.gid == getegid())
        #expect(peer.sharesPIDNamespace)
        var groups = [gid_t](repeating: 0, count: 256)
        let count = unsafe getgroups(256, &groups)
        #expect(peer.groups == Set(groups.prefix(Int(count))))
    }
}
