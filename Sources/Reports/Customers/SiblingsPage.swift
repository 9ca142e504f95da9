/// What a router answers (300) to who reads a key that has siblings.
package struct SiblingsPage: Codable, Sendable, Equatable {
    /// One value, or deletion.
    package struct Sibling: Codable, Sendable, Equatable {
        /// From 1.
        package var number: Int
        /// With the proof that it was shown for this key.
        package var version: String
        package var deleted: Bool?
        package var text: String?
        package var base64: String?
    }
    package var siblings: [Sibling]
}

/// An error as HTTP clients are told it (RFC 9457).
package struct ProblemReport: Codable, Sendable, Equatable {
    package var detail: String?
    /// What kind of problem it is, such as `stale-prediction`.
    package var type: String?
}
