/// The release. Data directories and documents have versions of their own.
enum Version {
    static let text = "0.1.0"
}
