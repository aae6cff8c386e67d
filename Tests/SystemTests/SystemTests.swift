import Testing

/// The real daemon on the real kernel, one test at a time, because all watch the same machine.
@Suite(.serialized, .needsRoot) struct SystemTests {}
