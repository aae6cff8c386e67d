/// A queue that gives back its memory as it is emptied.
package struct Queue<Element> {
    private var elements: [Element] = []
    private var start = 0

    /// Creates an empty queue.
    package init() {}

    /// The number of elements.
    package var count: Int { elements.count - start }

    /// Whether there is no element.
    package var isEmpty: Bool { count == 0 }

    /// The first element.
    package var first: Element? { start < elements.count ? elements[start] : nil }

    /// The last element.
    package var last: Element? { start < elements.count ? elements.last : nil }

    /// Adds an element at the end.
    package mutating func append(_ element: Element) { elements.append(element) }

    /// Removes and returns the first element.
    package mutating func popFirst() -> Element? {
        guard let element = first else { return nil }
        start += 1
        // Moving the others costs no more than adding them did.
        if start > elements.count / 2 {
            elements.removeFirst(start)
            start = 0
        }
        return element
    }
}
