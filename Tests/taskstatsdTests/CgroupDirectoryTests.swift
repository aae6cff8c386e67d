import LinuxSystem
import TaskstatsBroker
import TaskstatsProtocol
import Testing

@testable import taskstatsd

@Suite struct CgroupDirectoryTests {
    @Test(arguments: [
        ("/sys/fs/cgroup/../../../etc", ProtocolError.Name.invalidParams),
        ("/sys/fs/./cgroup", .invalidParams),
        ("/etc", .permissionDenied),
        ("/", .permissionDenied),
    ])
    func `a path that steps up or is not below a cgroup mount is refused`(path: String, name: ProtocolError.Name) {
        #expect(failure(path) == name)
    }

    @Test func `where cgroup version 1 is mounted, its directories open and links in them are not followed`() throws {
        let mounts = try #require(try Descriptor.open("/proc/self/mounts").readText(limit: 1 << 20))
        let points = mounts.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0[2] == "cgroup" }
        for point in points.map({ String($0[1]) }) {
            #expect(failure(point) == nil)
            #expect(failure(point + "/") == nil)
            #expect(failure(point + "/no-such-group") == .invalidParams)
            #expect(failure(point + "/tasks") == .invalidParams)
        }
    }

    private func failure(_ path: String) -> ProtocolError.Name? {
        do throws(ProtocolError) {
            _ = try CgroupDirectory.open(path, for: .all)
            return nil
        } catch {
            return error.name
        }
    }
}
