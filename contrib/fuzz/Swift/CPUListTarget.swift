import TaskstatsModel
import TestSupport

/// A list of CPUs for a machine that the first byte chooses, against the kernel's rules written a second time.
enum CPUListTarget {
    private static let lastCPUs = [0, 1, 7, 63, 64, 127, 200, 511]

    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let first = unsafe bytes.first else { return }
        let lastCPU = lastCPUs[Int(first) % lastCPUs.count]
        let text = unsafe String(decoding: bytes.dropFirst(), as: UTF8.self)
        let expected = KernelCPUList.read(text, lastCPU: lastCPU)
        do throws(CPUSet.ParsingError) {
            let set = try CPUSet(parsing: text, possible: CPUSet(0...lastCPU))
            precondition(expected == .cpus(Set(set)) && !set.isEmpty, "another set than the kernel's")
            let again = try CPUSet(parsing: set.description, possible: CPUSet(0...lastCPU))
            precondition(again == set, "a set that is another one when it is written")
            precondition(again.description == set.description, "a description that is not the normal one")
        } catch {
            precondition(!error.description.isEmpty)
            if case .cpus(let cpus) = expected {
                precondition(cpus.isEmpty, "the kernel takes what is refused: \(error)")
            }
        }
    }
}
