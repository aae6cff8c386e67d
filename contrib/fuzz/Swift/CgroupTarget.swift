import TaskstatsModel

/// The text of /proc/PID/cgroup, and what follows from the path.
enum CgroupTarget {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let cgroup = unsafe ControlGroup(kernelText: Array(bytes)) else { return }
        let path = cgroup.pathBytes
        precondition(path.first == UInt8(ascii: "/") && path.count <= 1_024, "not the path of a group")
        let names = cgroup.path.split(separator: "/").map(String.init)
        for part in cgroup.unit?.split(separator: "/") ?? [] {
            precondition(names.contains { $0 == part || $0 == "_\(part)" }, "a unit that is not in the path")
        }
        if let container = cgroup.container {
            precondition(!container.id.isEmpty, "a container without an id")
            if container.runtime == nil {
                precondition(
                    names.contains(container.id) && container.id.utf8.count == 64, "an id that is not in the path")
            }
        }
    }
}
