import CommandSupport
import Glibc
import Testing

@testable import tsctl

/// What tsctl writes to, by kind, owner and directory.
@Suite struct OutputRulesTests {
    private static let user: uid_t = 1_000
    private static let other: uid_t = 1_001

    private func status(_ kind: mode_t, owner: uid_t, mode: mode_t = 0o644, links: UInt = 1) -> stat {
        var status = stat()
        status.st_mode = kind | mode
        status.st_uid = owner
        status.st_nlink = numericCast(links)
        return status
    }

    private func rules(directoryMode: mode_t = 0o755, directoryOwner: uid_t = 0) -> OutputRules {
        OutputRules(directory: status(S_IFDIR, owner: directoryOwner, mode: directoryMode), user: Self.user)
    }

    private func reason(_ file: stat, _ rules: OutputRules) -> String {
        do throws(OutputProblem) {
            return "\(try rules.kind(of: file))"
        } catch {
            if case .refused(let reason) = error { return reason }
            return "\(error)"
        }
    }

    @Test(arguments: [0o755, 0o1777, 0o777, 0o1775] as [mode_t])
    func `a FIFO is written when it is the user's or root's, wherever it is`(directoryMode: mode_t) {
        let rules = rules(directoryMode: directoryMode)
        #expect(reason(status(S_IFIFO, owner: Self.user), rules) == "fifo")
        #expect(reason(status(S_IFIFO, owner: 0), rules) == "fifo")
        #expect(
            reason(status(S_IFIFO, owner: Self.other), rules)
                == "this FIFO belongs to another user, uid 1001, who could read what is written "
                + "(use a FIFO of your own)")
    }

    @Test(arguments: [0o1777, 0o1775, 0o1770] as [mode_t])
    func `in a directory of many users only a file of the user or of the directory's owner is written`(
        directoryMode: mode_t
    ) {
        let rules = rules(directoryMode: directoryMode, directoryOwner: 7)
        #expect(reason(status(S_IFREG, owner: Self.user), rules) == "regular")
        #expect(reason(status(S_IFREG, owner: 7), rules) == "regular")
        #expect(reason(status(S_IFREG, owner: Self.other), rules).hasPrefix("it belongs to another user, uid 1001, in"))
    }

    @Test func `elsewhere the file's owner does not matter`() {
        #expect(reason(status(S_IFREG, owner: Self.other), rules()) == "regular")
    }

    @Test func `a file with several names is not written`() {
        #expect(
            reason(status(S_IFREG, owner: Self.user, links: 2), rules())
                == "it is one of 2 hard links to the same file (choose another name)")
    }

    @Test func `of other kinds only character devices are written`() {
        let rules = rules(directoryMode: 0o1777)
        #expect(reason(status(S_IFCHR, owner: Self.other), rules) == "device")
        #expect(
            reason(status(S_IFLNK, owner: Self.user), rules)
                == "it is a symbolic link (give the name of its target)")
        #expect(reason(status(S_IFDIR, owner: Self.user), rules) == "it is a directory (name a file in it)")
        let advice = "(name a regular file, a FIFO or a character device)"
        #expect(reason(status(S_IFSOCK, owner: Self.user), rules) == "it is a socket \(advice)")
        #expect(reason(status(S_IFBLK, owner: Self.user), rules) == "it is a block device \(advice)")
    }
}
