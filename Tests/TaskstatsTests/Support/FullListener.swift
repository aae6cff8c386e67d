import Glibc
import LinuxSystem
import Synchronization
import TaskstatsModel
import TaskstatsProtocol
import TestSupport

/// A socket with a full backlog, which accepts nothing until it is requested.
final class FullListener {
    private let directory: TemporaryDirectory
    private let listener: Descriptor
    private let waiting: Descriptor

    init() throws {
        directory = try TemporaryDirectory()
        listener = try UnixSocket.bind(to: directory.file("socket"))
        guard listen(listener.number, 0) == 0 else { throw SystemError.last("listen") }
        // The kernel has room for one more than was asked for.
        waiting = try UnixSocket.connectNow(to: directory.file("socket"))
    }

    /// Where it listens.
    var path: String { directory.file("socket") }

    /// Accepts every connection with a handshake from then on, with such pauses, until none arrives for 10 s.
    func serve(after delay: Duration, every pause: Duration = .zero) throws {
        let number = dup(listener.number)
        _ = try BackgroundThread {
            var peers: [Int32] = []
            usleep(UInt32(delay / .microseconds(1)))
            var event = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            while unsafe poll(&event, 1, 10_000) == 1 {
                let peer = accept(number, nil, nil)
                guard peer >= 0 else { break }
                peers.append(peer)
                let hello = Self.hello.array
                _ = unsafe hello.withUnsafeBytes { unsafe send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                usleep(UInt32(pause / .microseconds(1)))
            }
            for descriptor in peers + [number] { close(descriptor) }
        }
    }

    private static var hello: ByteBuffer {
        ServerLine.hello(
            ServerInfo(
                server: "taskstatsd/0.1.0", instance: "9f0c", kernelRelease: "6.18.44", taskstatsVersion: 16,
                possibleCPUs: "0-3", onlineCPUs: "0-1", delayAccounting: true, uid: 0, access: .all,
                limits: ServiceLimits(queueBytes: 8_388_608, connectionsPerUID: 32)))
    }

    /// Others who connect, and connect again as soon as they were accepted.
    final class Crowd: Sendable {
        private let isLeaving = Atomic(false)
        private let present = Atomic(0)

        fileprivate func join(_ path: String) throws {
            _ = try BackgroundThread { [self] in
                present.add(1, ordering: .relaxed)
                while !isLeaving.load(ordering: .relaxed), Self.connect(path) {}
            }
        }

        fileprivate func waitForAll(_ count: Int) throws {
            try wait(for: "\(count) clients") { present.load(ordering: .relaxed) >= count }
        }

        /// Lets all of them stop.
        func leave() { isLeaving.store(true, ordering: .relaxed) }

        private static func connect(_ path: String) -> Bool {
            do throws(SystemError) {
                _ = try UnixSocket.connect(to: path, within: .seconds(1))
                return true
            } catch {
                return error.errno == EAGAIN
            }
        }
    }

    /// So many others, all of whom wait for room.
    func crowd(_ count: Int) throws -> Crowd {
        let crowd = Crowd()
        for _ in 0..<count { try crowd.join(path) }
        try crowd.waitForAll(count)
        return crowd
    }
}
