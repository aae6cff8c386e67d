import LinuxSystem

/// The names of users for people; a value of this type queries the name services once for each user.
package struct AccountNames {
    private var users: [UInt32: String] = [:]

    /// Creates an object that knows no name.
    package init() {}

    /// Returns the name of a user, or the number if there is no name.
    package mutating func user(_ uid: UInt32) -> String {
        if let name = users[uid] { return name }
        let name = Self.user(uid)
        users[uid] = name
        return name
    }

    /// Returns the name of a user, or the number if there is no name.
    package static func user(_ uid: UInt32) -> String {
        AccountDatabase.userName(uid).map(PrintableText.of) ?? "\(uid)"
    }

    /// Returns the name of a user with the number: "root (0)"; or only the number if there is no name.
    package static func userAndNumber(_ uid: UInt32) -> String {
        AccountDatabase.userName(uid).map { "\(PrintableText.of($0)) (\(uid))" } ?? "\(uid)"
    }
}
