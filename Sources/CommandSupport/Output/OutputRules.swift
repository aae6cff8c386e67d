import Glibc

/// The files that tsctl writes to, by kind, owner and directory.
package struct OutputRules {
    /// The kinds of files that can be written.
    package enum Kind { case regular, fifo, device }

    private let directory: stat
    private let user: uid_t

    /// Creates the rules for a user in a directory.
    package init(directory: stat, user: uid_t) {
        self.directory = directory
        self.user = user
    }

    /// Returns the kind of a file; throws the reason if it may not be written.
    package func kind(of file: stat) throws(OutputProblem) -> Kind {
        switch file.st_mode & S_IFMT {
        case S_IFREG:
            try checkRegular(file)
            return .regular
        case S_IFIFO:
            // Its owner can read the output; root can read everything anyway.
            guard file.st_uid == user || file.st_uid == 0 else {
                throw .refused(
                    "this FIFO belongs to another user, uid \(file.st_uid), who could read what is written "
                        + "(use a FIFO of your own)")
            }
            return .fifo
        case S_IFCHR:
            return .device
        case S_IFLNK:
            throw .refused("it is a symbolic link (give the name of its target)")
        case S_IFDIR:
            throw .refused("it is a directory (name a file in it)")
        default:
            let kind = file.st_mode & S_IFMT == S_IFSOCK ? "socket" : "block device"
            throw .refused("it is a \(kind) (name a regular file, a FIFO or a character device)")
        }
    }

    private func checkRegular(_ file: stat) throws(OutputProblem) {
        guard !isShared || file.st_uid == user || file.st_uid == directory.st_uid else {
            throw .refused(
                "it belongs to another user, uid \(file.st_uid), in a directory shared by many users "
                    + "(choose another name)")
        }
        // Another user may have given this name to a file of this user.
        guard file.st_nlink <= 1 else {
            throw .refused("it is one of \(file.st_nlink) hard links to the same file (choose another name)")
        }
    }

    /// Whether the directory is like /tmp: other users create files in it, and cannot remove each other's.
    private var isShared: Bool { directory.st_mode & S_ISVTX != 0 && directory.st_mode & (S_IWGRP | S_IWOTH) != 0 }
}
