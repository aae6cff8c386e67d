import Glibc

/// Provides bytes at the end of a memory mapping, so that reading past them crashes the process.
package func withGuardedBytes<Result, Failure: Error>(
    _ bytes: some Collection<UInt8>, _ body: (RawSpan) throws(Failure) -> Result
) throws(Failure) -> Result {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let room = (bytes.count + page - 1) / page * page
    let mapping = unsafe mmap(nil, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let start = unsafe mapping, unsafe start != MAP_FAILED else { preconditionFailure("no memory to guard") }
    defer { unsafe munmap(start, room + page) }
    unsafe mprotect(start + room, page, PROT_NONE)
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: start + room - bytes.count, count: bytes.count)
    unsafe buffer.copyBytes(from: bytes)
    return try body(unsafe UnsafeRawBufferPointer(buffer).bytes)
}

extension RawSpan {
    /// A copy, for comparison.
    package var copy: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
