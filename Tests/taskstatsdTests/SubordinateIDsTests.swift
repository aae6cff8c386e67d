import Testing

@testable import taskstatsd

@Suite struct SubordinateIDsTests {
    private let ids = SubordinateIDs(
        subuid: """
            bob:165536:65536
            alice:100000:65536
            1002:231072:65536
            carol:400000:10
            broken
            dave:4294967290:65536
            eve:500000:0

            """,
        passwd: """
            root:x:0:0:root:/root:/bin/sh
            alice:x:1000:1000::/home/alice:/bin/sh
            bob:x:1001:1001::/home/bob:/bin/sh

            """)

    @Test(
        arguments: [
            (100_000, 1_000), (165_535, 1_000), (165_536, 1_001), (231_071, 1_001), (231_072, 1_002), (296_607, 1_002),
        ] as [(UInt32, UInt32)])
    func `a delegated uid is charged to its owner`(uid: UInt32, owner: UInt32) {
        #expect(ids.quotaUID(of: uid, isInUserNamespace: true) == owner)
        #expect(ids.quotaUID(of: uid, isInUserNamespace: false) == owner)
    }

    @Test func `a range whose owner is unknown on this host is charged to its first uid`() {
        #expect(ids.quotaUID(of: 400_009, isInUserNamespace: true) == 400_000)
        #expect(ids.quotaUID(of: 400_010, isInUserNamespace: true) == 400_010)
    }

    @Test(arguments: [0, 1_000, 99_999, 296_608, 500_000, .max] as [UInt32])
    func `any other uid is charged to itself`(uid: UInt32) {
        #expect(ids.quotaUID(of: uid, isInUserNamespace: false) == uid)
    }

    @Test func `in a user namespace, the uids that systemd assigns to one container are charged together`() {
        let (first, last, next): (UInt32, UInt32, UInt32) = (0x0012_0000, 0x0012_ffff, 0x0013_0000)
        #expect(ids.quotaUID(of: last, isInUserNamespace: true) == first)
        #expect(ids.quotaUID(of: next, isInUserNamespace: true) == next)
        #expect(ids.quotaUID(of: last, isInUserNamespace: false) == last)
    }
}
