extension AccessPolicy {
    /// The facts about a process from its /proc directory, compared to determine whether it has changed.
    package struct ProcessFacts: Hashable, Sendable {
        /// The ids of the process: real, effective and saved.
        package struct IDs: Hashable, Sendable {
            /// The user or group that started it.
            package var real: UInt32
            /// The id that determines its permissions.
            package var effective: UInt32
            /// The id that it can switch back to.
            package var saved: UInt32

            /// Creates a set of ids.
            package init(real: UInt32, effective: UInt32, saved: UInt32) {
                self.real = real
                self.effective = effective
                self.saved = saved
            }

            func areAll(_ id: UInt32) -> Bool { real == id && effective == id && saved == id }
        }

        /// Its command name, with U+FFFD for anything that is not UTF-8.
        package var command: String
        /// User ids.
        package var uids: IDs
        /// Group ids.
        package var gids: IDs
        /// The owner of the files in /proc/PID: the effective uid of a dumpable process, or root.
        ///
        /// The directory itself always belongs to the effective uid and proves nothing.
        package var fileOwner: UInt32
        /// Permitted capabilities.
        package var permittedCapabilities: UInt64
        /// The thread group that it belongs to.
        package var tgid: UInt32
        /// The number of threads in the thread group.
        package var threads: Int
        /// Whether it is in the initial user namespace, as far as the mapping of ids shows.
        ///
        /// In another namespace the same uid is not enough for the kernel, which considers the creator of the
        /// namespace. And a file owned by "root", because the process is not dumpable, may be owned by the uid that is
        /// mapped to root.
        package var isInInitialUserNamespace: Bool

        /// Creates a set of facts.
        package init(
            command: String, uids: IDs, gids: IDs, fileOwner: UInt32, permittedCapabilities: UInt64, tgid: UInt32,
            threads: Int = 1, isInInitialUserNamespace: Bool
        ) {
            self.command = command
            self.uids = uids
            self.gids = gids
            self.fileOwner = fileOwner
            self.permittedCapabilities = permittedCapabilities
            self.tgid = tgid
            self.threads = threads
            self.isInInitialUserNamespace = isInInitialUserNamespace
        }

        /// Returns whether the process is unchanged, apart from its number of threads.
        package func agrees(with earlier: ProcessFacts) -> Bool {
            var other = earlier
            other.threads = threads
            return self == other
        }
    }
}
