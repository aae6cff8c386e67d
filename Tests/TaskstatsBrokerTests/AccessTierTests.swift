import Testing

@testable import TaskstatsBroker

/// The access of clients, decided at connect.
@Suite struct AccessTierTests {
    private let policy = AccessPolicy(privilegedGroup: 990)

    @Test("Root sees everything, any other user its own processes")
    func tiers() {
        #expect(policy.access(of: .root) == .all)
        #expect(policy.access(of: .user(1000, gid: 5)) == .own(uid: 1000, gid: 5))
        #expect(policy.access(of: .user(1000, gid: 0, groups: [0])) == .own(uid: 1000, gid: 0))
    }

    @Test("A member of the group sees everything, by its primary or a supplementary group")
    func entries() {
        #expect(policy.access(of: .user(1000, gid: 990)) == .all)
        #expect(policy.access(of: .user(1000, groups: [4, 990, 7])) == .all)
        #expect(policy.access(of: .user(990, gid: 5, groups: [99, 9])) == .own(uid: 990, gid: 5))
    }

    @Test("Without such a group on the host only root sees everything")
    func noGroup() {
        let policy = AccessPolicy()
        #expect(policy.access(of: .user(1000, gid: 990, groups: [990])) == .own(uid: 1000, gid: 990))
        #expect(policy.access(of: .root) == .all)
    }

    @Test("The invalid id is refused, whatever else is claimed")
    func invalidIDs() {
        for peer in [
            PeerIdentity.user(.max), .user(.max, gid: 990), .user(0, gid: .max), .user(1000, gid: .max, groups: [990]),
        ] {
            #expect(policy.access(of: peer).tier == .none)
        }
    }

    @Test("Another pid namespace is refused, even for root and members of the group")
    func otherNamespace() {
        for peer in [PeerIdentity.root, .user(1000), .user(1000, gid: 990), .user(1000, groups: [990])] {
            #expect(policy.access(of: peer.inContainer).tier == .none)
        }
    }

    @Test("A user namespace does not affect members of the group, and confines all others, even root")
    func userNamespace() {
        #expect(policy.access(of: .root.inUserNamespace) == .own(uid: 0, gid: 0, isConfined: true))
        #expect(policy.access(of: .user(1000, gid: 990).inUserNamespace) == .all)
        #expect(policy.access(of: .user(1000, gid: 5).inUserNamespace) == .own(uid: 1000, gid: 5, isConfined: true))
    }

    @Test("If others see nothing, root and the group still see everything")
    func defaultNone() {
        let policy = AccessPolicy(privilegedGroup: 990, othersSeeTheirOwn: false)
        #expect(policy.access(of: .user(1000)).tier == .none)
        #expect(policy.access(of: .user(1000, groups: [990])) == .all)
        #expect(policy.access(of: .root) == .all)
    }

    @Test("Tiers have the names of the protocol")
    func names() {
        #expect(AccessPolicy.Access.all.tier == .all)
        #expect(AccessPolicy.Access.own(uid: 1, gid: 1).tier == .own)
        #expect(AccessPolicy.Access.none(reason: "").tier == .none)
    }
}
