/// What a screen posts to `/v1/settings`: a gate that is held, or a level.
package struct SettingsBody: Encodable, Sendable, Equatable {
    /// One change.
    package struct Change: Encodable, Sendable, Equatable {
        /// `breaker` or `level`.
        package var kind: String
        /// Of a breaker: the gate.
        package var name: String?
        /// Of a level.
        package var scope: String?
        /// Nil takes back.
        package var value: String?
        /// How long it is in force, in milliseconds; nil for the usual time, or for good.
        package var lease: Int64?

        /// A change.
        package init(kind: String, name: String? = nil, scope: String? = nil, value: String?, lease: Int64?) {
            self.kind = kind
            self.name = name
            self.scope = scope
            self.value = value
            self.lease = lease
        }

        private enum CodingKeys: String, CodingKey {
            case kind, name, scope, value
            case lease = "for_ms"
        }
    }

    /// Made together, or none of them.
    package var changes: [Change]
    /// The prediction that they stand on.
    package var prediction: String?

    /// Changes.
    package init(_ changes: [Change], prediction: String?) {
        self.changes = changes
        self.prediction = prediction
    }
}
