import CFuzzer
import Glibc
import LinuxSystem

/// Hands what libFuzzer makes up to one of the readers of what others send, and traps when an oracle is contradicted.
///
/// The bytes are lent as libFuzzer holds them, in memory of exactly their length, so that AddressSanitizer sees a reader
/// that looks behind the end.
@main
enum Fuzz {
    static let usage = "usage: taskstats-fuzz \(FuzzTarget.names) [libFuzzer's options, corpora, inputs]"

    /// libFuzzer's callback knows nothing but the bytes.
    nonisolated(unsafe) fileprivate static var target: FuzzTarget?

    static func main() {
        var arguments = CommandLine.arguments
        guard arguments.count > 1, let target = FuzzTarget(rawValue: arguments.remove(at: 1)) else {
            return StandardError.print(usage)
        }
        if arguments.dropFirst().first == "--seeds", let directory = arguments.dropFirst(2).first {
            return NetlinkSeeds.write(to: directory)
        }
        unsafe Self.target = target
        run(arguments)
    }

    private static func run(_ arguments: [String]) {
        var count = Int32(arguments.count)
        // The driver keeps them for as long as the process lives.
        let texts = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
        unsafe texts.initialize(repeating: nil)
        for (index, argument) in arguments.enumerated() { unsafe texts[index] = strdup(argument) }
        var start = texts.baseAddress
        let status = unsafe LLVMFuzzerRunDriver(&count, &start, fuzzOneInput)
        exit(status)
    }
}

/// The callback; its name is the one that libFuzzer's own main, which is linked and not used, wants to find.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    unsafe Fuzz.target?.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}

/// What can be fuzzed.
enum FuzzTarget: String, CaseIterable {
    case requests, netlink, events, cpulist, glob, processes, cgroups

    static var names: String { allCases.map(\.rawValue).joined(separator: "|") }

    func run(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .requests: unsafe RequestTarget.run(bytes)
        case .netlink: unsafe NetlinkTarget.run(bytes)
        case .events: unsafe EventTarget.run(bytes)
        case .cpulist: unsafe CPUListTarget.run(bytes)
        case .glob: unsafe GlobTarget.run(bytes)
        case .processes: unsafe ProcessTarget.run(bytes)
        case .cgroups: unsafe CgroupTarget.run(bytes)
        }
    }
}
