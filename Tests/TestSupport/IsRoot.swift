import Glibc

/// Whether the tests run as root, for those that need it: `.enabled(if: isRoot, "needs root")`.
///
/// It is no trait, because the benchmarks and fuzzers, which link this module, have no Swift Testing.
package var isRoot: Bool { geteuid() == 0 }
