import Glibc
import LinuxSystem

extension Account {
    /// Whether this process, and its user, belong to the group of those who see every process.
    static func group() -> AccessCheck.Group {
        guard let group = AccountDatabase.groupID(named: AccessCheck.groupName) else { return .missing }
        if getegid() == group || current().contains(group) { return .member }
        return AccountDatabase.groups(of: geteuid()).contains(group) ? .memberLater : .foreign
    }

    private static func current() -> [UInt32] {
        var groups = [gid_t](repeating: 0, count: 65_536)
        let count = unsafe getgroups(Int32(groups.count), &groups)
        return Array(groups.prefix(Int(max(0, count))))
    }
}
