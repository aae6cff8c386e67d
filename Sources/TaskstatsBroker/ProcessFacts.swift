extension AccessPolicy {
    /// What is known of a process through its /proc directory; what is compared to find out whether it has changed.
    package struct ProcessFacts: Hashable, Sendable {
        /// The ids of the process: real, effective and saved.
        package struct IDs: Hashable, Sendable {
            /// Who started it.
            package var real: UInt32
            /// Whose rights it has.
            package var effective: UInt32
            /// Whose rights it can take up again.
            package var saved: UInt32

            /// These ids.
            package init(real: UInt32, effective: UInt32, saved: UInt32) {
                self.real = real
                self.effective = effective
                self.saved = saved
            }

            func areAll(_ id: UInt32) -> Bool { real == id && effective == id && saved == id }
        }

        /// Its command name, with U+FFFD for whatever is not UTF-8.
        package var command: String
        /// User ids.
        package var uids: IDs
        /// Group ids.
        package var gids: IDs
        /// The owner of the files in /proc/PID: the effective uid of a dumpable process, else root.
        ///
        /// The directory itself always belongs to the effective uid and proves nothing.
        package var fileOwner: UInt32
        /// Permitted capabilities.
        package var permittedCapabilities: UInt64
        /// The thread group that it belongs to.
        package var tgid: UInt32
        /// Whether it is in the initial user namespace, as far as the mapping of ids tells.
        ///
        /// In another one the same uid is not enough for the kernel, which asks who made the namespace; and what is owned
        /// by "root" because it is not dumpable may be owned by the uid that is mapped to root.
        package var isInInitialUserNamespace: Bool

        /// These facts.
        package init(
            command: String, uids: IDs, gids: IDs, fileOwner: UInt32, permittedCapabilities: UInt64, tgid: UInt32,
            isInInitialUserNamespace: Bool
        ) {
            self.command = command
            self.uids = uids
            self.gids = gids
            self.fileOwner = fileOwner
            self.permittedCapabilities = permittedCapabilities
            self.tgid = tgid
            self.isInInitialUserNamespace = isInInitialUserNamespace
        }
    }
}
