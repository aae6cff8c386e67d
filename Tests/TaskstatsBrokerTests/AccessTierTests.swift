import Testing

@testable import TaskstatsBroker

/// The access of clients, decided at connect.
@Suite struct AccessTierTests {
    private let policy = AccessPolicy(privilegedGroup: 990)

    @Test func `root sees everything, any other user its own processes`() {
        #expect(policy.access(of: .root) == .all)
        #expect(policy.access(of: .user(1000, gid: 5)) == .own(uid: 1000, gid: 5))
        #expect(policy.access(of: .user(1000, gid: 0, groups: [0])) == .own(uid: 1000, gid: 0))
    }

    @Test func `a member of the group sees everything, by its primary or a supplementary group`() {
        #expect(policy.access(of: .user(1000, gid: 990)) == .all)
        #expect(policy.access(of: .user(1000, groups: [4, 990, 7])) == .all)
        #expect(policy.access(of: .user(990, gid: 5, groups: [99, 9])) == .own(uid: 990, gid: 5))
    }

    @Test func `without such a group on the host only root sees everything`() {
        let policy = AccessPolicy()
        #expect(policy.access(of: .user(1000, gid: 990, groups: [990])) == .own(uid: 1000, gid: 990))
        #expect(policy.access(of: .root) == .all)
    }

    @Test func `the invalid id is refused, whatever else is claimed`() {
        for peer in [
            PeerIdentity.user(.max), .user(.max, gid: 990), .user(0, gid: .max), .user(1000, gid: .max, groups: [990]),
        ] {
            #expect(policy.access(of: peer).tier == .none)
        }
    }

    @Test func `another pid namespace is refused, even for root and members of the group`() {
        for peer in [PeerIdentity.root, .user(1000), .user(1000, gid: 990), .user(1000, groups: [990])] {
            #expect(policy.access(of: peer.inContainer).tier == .none)
        }
    }

    @Test func `a user namespace does not affect members of the group, and confines all others, even root`() {
        #expect(policy.access(of: .root.inUserNamespace) == .own(uid: 0, gid: 0, isConfined: true))
        #expect(policy.access(of: .user(1000, gid: 990).inUserNamespace) == .all)
        #expect(policy.access(of: .user(1000, gid: 5).inUserNamespace) == .own(uid: 1000, gid: 5, isConfined: true))
    }

    @Test func `if others see nothing, root and the group still see everything`() {
        let policy = AccessPolicy(privilegedGroup: 990, othersSeeTheirOwn: false)
        #expect(policy.access(of: .user(1000)).tier == .none)
        #expect(policy.access(of: .user(1000, groups: [990])) == .all)
        #expect(policy.access(of: .root) == .all)
    }

    @Test func `tiers have the names of the protocol`() {
        #expect(AccessPolicy.Access.all.tier == .all)
        #expect(AccessPolicy.Access.own(uid: 1, gid: 1).tier == .own)
        #expect(AccessPolicy.Access.none(reason: "").tier == .none)
    }
}
