import CLinux
import Glibc
import LinuxSystem
import Synchronization

/// A reactor that waits for descriptors without blocking a thread of the concurrency pool.
///
/// One thread, shared by all clients of the process, sleeps in epoll and resumes the tasks whose descriptor is ready.
/// The first wait starts the thread, and it lives as long as the process. It blocks all signals except those of a
/// crash, so that no other signal handler of the program runs on it. It does not read or write: the resumed tasks do.
final class EpollReactor: Sendable {
    /// The event to wait for.
    enum Interest { case readable, writable, either }

    private struct State {
        var lastToken: UInt64 = 0
        var waiters: [UInt64: CancellableWaiter] = [:]
    }

    private static let running = Mutex<EpollReactor?>(nil)

    /// Never closed.
    private let epoll: Int32
    private let state = Mutex(State())

    private init() throws(SystemError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .last("epoll_create1") }
        do throws(SystemError) {
            try WorkerThread(self) { $0.run() }.detach()
        } catch {
            close(epoll)
            throw error
        }
    }

    /// Suspends until the descriptor is ready; it must stay open and have no other wait in the meantime.
    nonisolated(nonsending) static func wait(
        for interest: Interest, on descriptor: Int32, before deadline: SuspendingClock.Instant? = nil
    ) async throws {
        try await wait(for: interest, on: descriptor, before: deadline, CancellableWaiter())
    }

    /// Does the same with a waiter that the caller can end.
    nonisolated(nonsending) static func wait(
        for interest: Interest, on descriptor: Int32, before deadline: SuspendingClock.Instant? = nil,
        _ waiter: CancellableWaiter
    ) async throws {
        let reactor = try shared()
        let token: UInt64
        do throws(SystemError) {
            token = try reactor.begin(waiter, for: interest, on: descriptor)
        } catch {
            throw TaskstatsError.system(error)
        }
        defer { reactor.finish(token, on: descriptor) }
        try await waiter.ended(before: deadline).get()
    }

    private static func shared() throws(TaskstatsError) -> EpollReactor {
        do throws(SystemError) {
            return try running.withLock { (running) throws(SystemError) in
                if let running { return running }
                let started = try EpollReactor()
                running = started
                return started
            }
        } catch {
            throw .system(error)
        }
    }

    private func begin(_ waiter: CancellableWaiter, for interest: Interest, on descriptor: Int32) throws(SystemError)
        -> UInt64
    {
        let events: UInt32 =
            switch interest {
            case .readable: EPOLLIN.rawValue
            case .writable: EPOLLOUT.rawValue
            case .either: EPOLLIN.rawValue | EPOLLOUT.rawValue
            }
        return try state.withLock { (state) throws(SystemError) in
            let token = state.lastToken + 1
            guard
                clinux_epoll_control(
                    epoll, EPOLL_CTL_ADD, descriptor, events | EPOLLONESHOT.rawValue, token) == 0
            else { throw .last("epoll_ctl") }
            state.lastToken = token
            state.waiters[token] = waiter
            return token
        }
    }

    private func finish(_ token: UInt64, on descriptor: Int32) {
        state.withLock { state in
            state.waiters[token] = nil
            _ = clinux_epoll_control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0)
        }
    }

    private func run() {
        var events = [clinux_event](repeating: clinux_event(), count: Int(clinux_event_limit))
        while true {
            // Negative when interrupted, for example by a debugger; nothing else can fail here.
            let count = unsafe clinux_epoll_wait(epoll, &events, Int32(events.count), -1)
            for event in events.prefix(Int(max(0, count))) {
                state.withLock { $0.waiters[event.token] }?.end(.done)
            }
        }
    }
}
