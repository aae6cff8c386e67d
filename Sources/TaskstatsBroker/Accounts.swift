/// What the clients of one uid hold together, released by whoever charged it.
final class Account {
    let uid: UInt32
    /// Connections of the uid.
    fileprivate(set) var connections = 0
    /// Bytes that wait for its clients.
    fileprivate(set) var unsentBytes = 0

    fileprivate init(uid: UInt32) { self.uid = uid }
}

/// The accounts of all uids, and their sum.
final class Accounts {
    private var accounts: [UInt32: Account] = [:]
    /// Connections of all uids.
    private(set) var connections = 0
    /// Bytes that wait, of all uids.
    private(set) var unsentBytes = 0
    /// The most that ever waited.
    private(set) var highWater = 0

    /// The account of a uid; it exists as long as it holds something.
    func account(of uid: UInt32) -> Account {
        if let account = accounts[uid] { return account }
        let account = Account(uid: uid)
        accounts[uid] = account
        return account
    }

    /// Charges a connection.
    func open(_ account: Account) {
        account.connections += 1
        connections += 1
    }

    /// Releases a connection.
    func close(_ account: Account) {
        account.connections -= 1
        connections -= 1
        forgetIfUnused(account)
    }

    /// Charges bytes that wait.
    func charge(_ bytes: Int, to account: Account) {
        account.unsentBytes += bytes
        unsentBytes += bytes
        highWater = max(highWater, unsentBytes)
    }

    /// Releases bytes that were sent or given up.
    func release(_ bytes: Int, from account: Account) {
        account.unsentBytes -= bytes
        unsentBytes -= bytes
    }

    /// Whether every charge has been released.
    var areEmpty: Bool { accounts.isEmpty && connections == 0 && unsentBytes == 0 }

    /// Forgets an account that holds nothing.
    func forgetIfUnused(_ account: Account) {
        if account.connections == 0, account.unsentBytes == 0 { accounts[account.uid] = nil }
    }
}
