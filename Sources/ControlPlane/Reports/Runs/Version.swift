/// The release. Data directories and documents have versions of their own.
package enum Version {
    /// Of this program.
    package static let text = "0.1.0"
}
