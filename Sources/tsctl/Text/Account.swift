import LinuxSystem

/// A user, for people.
enum Account {
    /// The name of a user, or the number of one without a name.
    static func name(_ uid: UInt32) -> String {
        AccountDatabase.userName(uid).map(PrintableText.of) ?? "\(uid)"
    }
}
