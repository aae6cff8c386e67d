/// The release of the daemon, the library and the command.
package enum Release {
    /// The version of the release.
    package static let version = "0.1.0"
}
