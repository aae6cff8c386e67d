import Testing

@testable import taskstatsd

@Suite struct ForeignHoldersTests {
    private static let alice: UInt32 = 1_000
    private static let service: UInt32 = 990

    private func holder(
        real: UInt32, effective: UInt32? = nil, creator: UInt32, isNetAdmin: Bool = false
    ) -> SocketHolder {
        SocketHolder(
            pid: 5, realUID: real, effectiveUID: effective ?? real, creatorUID: creator, isNetAdmin: isNetAdmin)
    }

    private func verdict(_ holders: SocketHolder..., isComplete: Bool = true) -> ForeignHolders.Verdict {
        ForeignHolders.verdict(holders: holders, isComplete: isComplete)
    }

    @Test func `a process of an ordinary user is foreign`() {
        let alice = holder(real: Self.alice, creator: Self.alice)
        #expect(verdict(alice) == .foreign(alice))
    }

    @Test func `it is foreign even if a set-user-id program or root's process also holds the socket`() {
        let alice = holder(real: Self.alice, creator: Self.alice)
        let root = holder(real: 0, creator: Self.alice, isNetAdmin: true)
        #expect(verdict(root, alice) == .foreign(alice))
        let setUserID = holder(real: Self.alice, effective: 0, creator: Self.alice, isNetAdmin: true)
        #expect(verdict(setUserID) == .foreign(setUserID))
        #expect(verdict(root, setUserID) == .foreign(setUserID))
    }

    @Test func `a socket created by root is trusted, even after its process dropped its privileges`() {
        #expect(verdict(holder(real: 0, creator: 0, isNetAdmin: true)) == .trusted)
        #expect(verdict(holder(real: Self.service, creator: 0)) == .trusted)
    }

    @Test func `a process with CAP_NET_ADMIN is trusted with a socket created by its own user`() {
        #expect(verdict(holder(real: Self.service, creator: Self.service, isNetAdmin: true)) == .trusted)
    }

    @Test func `a running daemon with stored sockets is trusted; sockets held only by the manager are kept`() {
        let manager = holder(real: 0, creator: Self.service, isNetAdmin: true)
        let daemon = holder(real: Self.service, creator: Self.service, isNetAdmin: true)
        #expect(verdict(manager, daemon) == .trusted)
        #expect(verdict(manager) == .kept)
    }

    @Test func `a socket without a holder is foreign if every process could be examined`() {
        #expect(verdict() == .foreign(nil))
        #expect(verdict(isComplete: false) == .unknown)
    }

    @Test func `the report has one line per finding`() {
        #expect(ForeignHolders().lines == [])
        let removal = ForeignHolders.Removal(port: 7, holder: holder(real: Self.alice, creator: Self.alice))
        #expect(removal.description == "port id 7 (held by pid 5, uid 1000)")
        #expect(ForeignHolders.Removal(port: 7, holder: nil).description == "port id 7 (held by no process)")
        #expect(ForeignHolders(problem: "reason").lines.count == 1)
    }
}

@Suite struct GenericNetlinkSocketTests {
    @Test func `the table is parsed without the kernel's own sockets and other protocols`() {
        let text = """
            sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
            00000000a 16  0          00000000 0        0        0     2        0        5
            00000000b 16  4294963200 00000000 0        0        0     2        0        4711
            00000000c 16  812        00000002 1280     0        0     2        3        4712
            00000000d 0   812        00000000 0        0        0     2        0        4713
            00000000e 16  99999999999 00000000 0        0        0     2        0        4714
            00000000f 16  13
            """
        #expect(
            GenericNetlinkSocket.bound(in: text) == [
                GenericNetlinkSocket(port: 4_294_963_200, inode: 4_711), GenericNetlinkSocket(port: 812, inode: 4_712),
            ])
    }
}
