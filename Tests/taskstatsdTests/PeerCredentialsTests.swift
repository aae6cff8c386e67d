import Glibc
import Testing

@testable import taskstatsd

@Suite struct PeerCredentialsTests {
    @Test func `the kernel reports the process that created the other end`() throws {
        let pair = try SocketPair.open()
        let caller = try PeerCredentials.caller(pair.ours)
        let peer = try PeerCredentials.identify(caller, pair.ours, SubordinateIDs())
        #expect(peer.uid == geteuid())
        #expect(peer.gid == getegid())
        #expect(peer.sharesPIDNamespace)
        var groups = [gid_t](repeating: 0, count: 256)
        let count = unsafe getgroups(256, &groups)
        #expect(caller.groups == Set(groups.prefix(Int(count))))
    }
}
