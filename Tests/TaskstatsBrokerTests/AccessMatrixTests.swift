import TaskstatsModel
import Testing

@testable import TaskstatsBroker

/// Queries of processes: personas by targets.
@Suite struct AccessMatrixTests {
    /// A process as shown in /proc, and the personas that may query it.
    struct Target: Sendable, CustomTestStringConvertible {
        var name: String
        var facts: AccessPolicy.ProcessFacts
        var visibleTo: Set<String>

        var testDescription: String { name }

        init(_ name: String, visibleTo: Set<String>, _ change: (inout AccessPolicy.ProcessFacts) -> Void = { _ in }) {
            self.name = name
            self.visibleTo = visibleTo
            let ids = AccessPolicy.ProcessFacts.IDs(real: 1000, effective: 1000, saved: 1000)
            facts = AccessPolicy.ProcessFacts(
                command: "own", uids: ids, gids: ids, fileOwner: 1000, permittedCapabilities: 0, tgid: 50,
                isInInitialUserNamespace: true)
            change(&facts)
        }
    }

    private static let personas: [(name: String, peer: PeerIdentity)] = [
        ("root", .root),
        ("member", .user(1002, groups: [BrokerSettings.privilegedGroup])),
        ("owner", .user(1000)),
        ("owner with more groups", .user(1000, groups: [0, 4, 27])),
        ("owner in another group", .user(1000, gid: 100, groups: [1000])),
        ("other user", .user(1001)),
        ("other user in the owner's group", .user(1001, gid: 1000)),
        ("owner in a user namespace", .user(1000).inUserNamespace),
        ("owner in a container", PeerIdentity.user(1000).inContainer),
        ("root in a container", PeerIdentity.root.inContainer),
    ]

    private static let privileged: Set = ["root", "member"]
    private static let owners: Set = ["root", "member", "owner", "owner with more groups"]

    static let targets = [
        Target("plain", visibleTo: owners),
        Target("a thread of it", visibleTo: owners) { $0.tgid = 49 },
        Target("of root", visibleTo: privileged) {
            $0.uids = .init(real: 0, effective: 0, saved: 0)
            $0.gids = .init(real: 0, effective: 0, saved: 0)
            $0.fileOwner = 0
            $0.permittedCapabilities = 0x1ff_ffff_ffff
        },
        Target("set-uid root", visibleTo: privileged) {
            $0.uids = .init(real: 1000, effective: 0, saved: 0)
            $0.fileOwner = 0
            $0.permittedCapabilities = 0x1ff_ffff_ffff
        },
        Target("set-uid of another user", visibleTo: privileged) {
            $0.uids = .init(real: 1000, effective: 1001, saved: 1001)
            $0.fileOwner = 1001
        },
        Target("set-uid, back as itself for now", visibleTo: privileged) {
            $0.uids = .init(real: 1000, effective: 1000, saved: 0)
        },
        Target("another's real uid", visibleTo: privileged) {
            $0.uids = .init(real: 1001, effective: 1000, saved: 1000)
        },
        Target("set-gid", visibleTo: privileged) { $0.gids = .init(real: 1000, effective: 42, saved: 42) },
        Target("set-gid, back as itself for now", visibleTo: privileged) {
            $0.gids = .init(real: 1000, effective: 1000, saved: 42)
        },
        Target("another real gid", visibleTo: privileged) {
            $0.gids = .init(real: 42, effective: 1000, saved: 1000)
        },
        Target("in its owner's other group", visibleTo: ["root", "member", "owner in another group"]) {
            $0.gids = .init(real: 100, effective: 100, saved: 100)
        },
        Target("not dumpable", visibleTo: privileged) { $0.fileOwner = 0 },
        Target("with an ambient capability", visibleTo: privileged) { $0.permittedCapabilities = 1 << 12 },
        Target("with the last capability", visibleTo: privileged) { $0.permittedCapabilities = 1 << 63 },
        Target("in a user namespace", visibleTo: privileged) { $0.isInInitialUserNamespace = false },
        Target("of the id that means none", visibleTo: privileged) {
            $0.uids = .init(real: .max, effective: .max, saved: .max)
            $0.fileOwner = .max
        },
    ]

    @Test(arguments: targets)
    func `a process can be queried by clients that could inspect it without the daemon`(_ target: Target) {
        let policy = BrokerSettings.sample().policy
        for (name, peer) in Self.personas {
            #expect(policy.access(of: peer).mayQuery(target.facts) == target.visibleTo.contains(name), "\(name)")
        }
    }

    @Test func `the kernel's record must have the client's uid`() {
        let record = EndedTask(pid: 1, uid: 1000, gid: 7).record().task
        let policy = BrokerSettings.sample().policy
        var facts = Self.targets[0].facts
        facts.command = record.command ?? ""
        let agreeing = Self.personas.filter { policy.access(of: $0.peer).agrees(with: record, of: facts) }.map(\.name)
        #expect(Set(agreeing) == Self.owners.union(["owner in another group", "owner in a user namespace"]))
        let nameless = TaskRecord(kind: .process)
        #expect(!AccessPolicy.Access.own(uid: 0, gid: 0).agrees(with: nameless, of: facts))
    }

    @Test func `the record must be of the inspected program, as another may have run in between`() {
        let record = EndedTask(pid: 1, uid: 1000).record().task
        var facts = Self.targets[0].facts
        facts.command = "su"
        #expect(!AccessPolicy.Access.own(uid: 1000, gid: 1000).agrees(with: record, of: facts))
        #expect(AccessPolicy.Access.all.agrees(with: record, of: facts))
    }
}
