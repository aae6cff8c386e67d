import LinuxSystem
import Synchronization

/// What other threads pass to the loop.
final class Mailbox<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    private let counter: EventCounter

    init() throws(SystemError) { counter = try EventCounter() }

    /// Readable when there is something to take.
    var descriptor: Int32 { counter.descriptor }

    /// Adds an element, on any thread.
    func add(_ element: Element) {
        elements.withLock { $0.append(element) }
        counter.signal()
    }

    /// Takes all elements, on the thread that runs the loop.
    func takeAll() -> [Element] {
        counter.reset()
        return elements.withLock { elements in
            defer { elements = [] }
            return elements
        }
    }
}
