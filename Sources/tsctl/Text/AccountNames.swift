/// Names of users and groups, each looked up once.
struct AccountNames {
    private var users: [UInt32: String] = [:]

    /// The name of a user, or the number of one without a name.
    mutating func user(_ uid: UInt32) -> String {
        if let name = users[uid] { return name }
        let name = Account.name(uid)
        users[uid] = name
        return name
    }
}
