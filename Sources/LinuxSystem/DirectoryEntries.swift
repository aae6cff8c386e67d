import Glibc

/// The entries of a directory.
package enum DirectoryEntries {
    /// Passes the name of each entry to `body`; throws when the directory cannot be opened.
    package static func forEach(of path: String, _ body: (String) -> Void) throws(SystemError) {
        guard let directory = unsafe opendir(path) else { throw .last("opendir") }
        defer { unsafe closedir(directory) }
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            body(name)
        }
    }

    /// Returns the ids of all processes.
    package static func processIDs() throws(SystemError) -> [UInt32] {
        var pids: [UInt32] = []
        try forEach(of: "/proc") { name in
            if let pid = UInt32(name) { pids.append(pid) }
        }
        return pids
    }
}
