import CommandSupport
import Glibc
import LinuxSystem
import Synchronization

/// An attempt to open a FIFO for writing, which waits for its reader on its own thread.
///
/// Without a reader a non-blocking open fails, and the kernel reports the arrival of a reader only to a blocking open.
/// That open has no time limit, so it needs a thread; the caller can stop waiting at any time.
final class FIFOOpening: Sendable {
    private let outcome = Mutex<Result<Descriptor, OutputProblem>?>(nil)
    private let done: EventCounter

    private init() throws(SystemError) { done = try EventCounter() }

    /// Opens the FIFO once it has a reader, as a non-blocking descriptor.
    static func open(
        _ place: borrowing OutputPlace, before deadline: ContinuousClock.Instant?
    ) throws(OutputProblem) -> Descriptor {
        do throws(OutputProblem) {
            return try place.open(O_NONBLOCK)
        } catch {
            guard case .system(let cause) = error, cause.errno == ENXIO else { throw error }
        }
        Console.print("waiting until a process opens the FIFO for reading")
        let opening = try start(try place.copy())
        opening.done.waitAndReset(until: deadline)
        switch opening.outcome.withLock({ $0.take() }) {
        case .success(let descriptor):
            guard fcntl(descriptor.number, F_SETFL, O_NONBLOCK) == 0 else { throw .system(.last("fcntl")) }
            return descriptor
        case .failure(let problem): throw problem
        case nil:
            throw .refused("no process opened this FIFO for reading in time (start its reader first)")
        }
    }

    private static func start(_ place: consuming sending OutputPlace) throws(OutputProblem) -> FIFOOpening {
        do throws(SystemError) {
            let opening = try FIFOOpening()
            try WorkerThread(place) { opening.run(&$0) }.detach()
            return opening
        } catch {
            throw .system(error)
        }
    }

    private func run(_ place: inout OutputPlace) {
        var result: Result<Descriptor, OutputProblem>?
        do throws(OutputProblem) {
            result = .success(try place.open(0))
        } catch {
            result = .failure(error)
        }
        outcome.withLock { $0 = result.take() }
        done.signal()
    }
}
