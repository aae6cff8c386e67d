import Glibc
import Testing

extension Trait where Self == ConditionTrait {
    /// A test on the running kernel that an ordinary user may not make.
    static var needsRoot: Self { .enabled(if: geteuid() == 0, "needs root") }
}
