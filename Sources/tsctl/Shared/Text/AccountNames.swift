import LinuxSystem

/// The names of users, each looked up once.
struct AccountNames {
    private var users: [UInt32: String] = [:]

    /// Returns the name of a user, or the number if there is no name.
    mutating func user(_ uid: UInt32) -> String {
        if let name = users[uid] { return name }
        let name = Account.name(uid)
        users[uid] = name
        return name
    }
}

/// The names of users, for people.
enum Account {
    /// Returns the name of a user, or the number if there is no name.
    static func name(_ uid: UInt32) -> String {
        AccountDatabase.userName(uid).map(PrintableText.of) ?? "\(uid)"
    }
}
