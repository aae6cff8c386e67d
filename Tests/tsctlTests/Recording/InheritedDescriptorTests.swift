import CommandSupport
import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import tsctl

/// The descriptors that tsctl was started with, by name.
@Suite struct InheritedDescriptorTests {
    @Test func `the names of shells and of the kernel lead to a number`() {
        #expect(InheritedDescriptor.number("-") == 1)
        #expect(InheritedDescriptor.number("/dev/stdout") == 1)
        #expect(InheritedDescriptor.number("/dev/stderr") == 2)
        #expect(InheritedDescriptor.number("/dev/fd/63") == 63)
        #expect(InheritedDescriptor.number("/proc/self/fd/3") == 3)
        for path in ["/dev/null", "/dev/fd/", "/dev/fd/x", "/dev/fd/3/a", "/dev/fd/-1", "/dev/fd/99999999999", "a", ""]
        {
            #expect(InheritedDescriptor.number(path) == nil, "\(path)")
        }
    }

    @Test func `a descriptor that tsctl opened itself is none that it was started with`() throws {
        let pipe = try Pipe()
        #expect(throws: OutputProblem.self) { _ = try InheritedDescriptor.open(pipe.writing.number) }
        // So it would be after a program was started.
        _ = fcntl(pipe.writing.number, F_SETFD, 0)
        _ = try InheritedDescriptor.open(pipe.writing.number)
        _ = fcntl(pipe.reading.number, F_SETFD, 0)
        #expect(throws: OutputProblem.self) { _ = try InheritedDescriptor.open(pipe.reading.number) }
    }
}
