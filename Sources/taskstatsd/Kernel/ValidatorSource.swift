import TaskstatsModel

/// Provides the validator for records, with the daemon's current knowledge of the kernel.
///
/// The switch of delay accounting is sampled when records are read and the last sample is old, so an idle daemon does
/// not wake up for it. A task that ends within ``pause`` after the switch was turned off can still count as covered.
final class ValidatorSource {
    /// The age at which a sample is old, in nanoseconds.
    static let pause: UInt64 = 10_000_000

    private var validator = RecordValidator()
    private var nextSample: UInt64 = 0
    private let sample: () -> Bool?

    /// Creates a source for a kernel whose process records lack ended threads in these fields.
    init(incompleteSums: FieldSet, sample: @escaping () -> Bool? = HostFacts.delayAccounting) {
        validator.incompleteSums = incompleteSums
        self.sample = sample
    }

    /// Returns the validator for records that are read at this monotonic time.
    func validator(at now: UInt64) -> RecordValidator {
        if nextSample <= now {
            validator.delayAccounting.observe(isOn: sample(), at: now)
            nextSample = now + Self.pause
        }
        validator.now = now
        return validator
    }
}
