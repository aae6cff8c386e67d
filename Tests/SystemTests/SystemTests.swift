import TestSupport
import Testing

/// The real daemon on the real kernel, one test at a time, because all watch the same machine.
@Suite(.serialized, .enabled(if: isRoot, "needs root")) struct SystemTests {}
