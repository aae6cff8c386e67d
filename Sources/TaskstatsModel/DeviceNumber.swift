/// A device number.
public struct DeviceNumber: Hashable, Sendable {
    /// Which driver.
    public let major: UInt32
    /// Which of its devices.
    public let minor: UInt32

    /// The device of these numbers.
    public init(major: UInt32, minor: UInt32) {
        self.major = major
        self.minor = minor
    }

    /// Takes apart the form that the kernel hands to user space: 12 bits of major between the parts of the minor.
    public init(encoded: UInt64) {
        major = UInt32((encoded >> 8) & 0xfff)
        minor = UInt32((encoded & 0xff) | ((encoded >> 12) & 0xfff00))
    }

    /// The form that the kernel hands to user space.
    public var encoded: UInt64 {
        let minor = UInt64(minor)
        return (minor & 0xff) | (UInt64(major & 0xfff) << 8) | ((minor & 0xfff00) << 12)
    }
}
