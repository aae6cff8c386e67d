/// A device number.
public struct DeviceNumber: Hashable, Sendable {
    /// The number of the driver.
    public let major: UInt32
    /// The number of the driver's device.
    public let minor: UInt32

    /// Creates a device number.
    public init(major: UInt32, minor: UInt32) {
        self.major = major
        self.minor = minor
    }

    /// Decodes the kernel's user space format: 12 bits of major between the parts of the minor.
    public init(encoded: UInt64) {
        major = UInt32((encoded >> 8) & 0xfff)
        minor = UInt32((encoded & 0xff) | ((encoded >> 12) & 0xfff00))
    }

    /// The kernel's user space format.
    public var encoded: UInt64 {
        let minor = UInt64(minor)
        return (minor & 0xff) | (UInt64(major & 0xfff) << 8) | ((minor & 0xfff00) << 12)
    }
}
