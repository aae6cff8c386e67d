import Glibc
import Testing

extension Trait where Self == ConditionTrait {
    /// Restricts a test on the running kernel to root.
    static var needsRoot: Self { .enabled(if: geteuid() == 0, "needs root") }
}
