import LinuxSystem
import Taskstats

extension ControlGroup {
    /// Returns the control group of a running process or thread; nil if it is gone, or not visible to this user.
    package static func current(of id: UInt32) -> ControlGroup? {
        guard let text = try? Descriptor.open("/proc/\(id)/cgroup").readBytes() else { return nil }
        return ControlGroup(kernelText: text)
    }
}
