import Glibc

extension AccountDatabase {
    /// The groups of which the host counts a user as a member, whatever those of a running process are.
    package static func groups(of uid: UInt32) -> [UInt32] {
        guard let name = userName(uid), let user = user(named: name) else { return [] }
        var count: Int32 = 65_536
        var groups = [gid_t](repeating: 0, count: Int(count))
        guard unsafe getgrouplist(name, user.gid, &groups, &count) >= 0 else { return [] }
        return Array(groups.prefix(Int(max(0, count))))
    }
}
