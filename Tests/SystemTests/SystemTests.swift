import Testing

/// The real daemon on the real kernel, one test at a time, because all watch the same machine.
@Suite("On the real kernel", .serialized, .needsRoot)
struct SystemTests {}
