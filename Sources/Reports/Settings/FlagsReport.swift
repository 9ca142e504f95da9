/// `flags ls -o json`.
package struct FlagsReport: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        package var name: String
        /// Nil where nobody has said anything of it.
        @Nullable package var scope: String?
        /// `on` or `off`.
        package var value: String
        /// RFC 3339: when it was set, and how long it is in force.
        @Nullable package var set: String?
        @Nullable package var until: String?

        package init(name: String, scope: String?, value: String, set: String?, until: String?) {
            self.name = name
            self.scope = scope
            self.value = value
            self.set = set
            self.until = until
        }
    }

    package var schema = ReportJSON.schema
    /// Of the settings.
    package var version: UInt64
    package var flags: [Row]

    package init(version: UInt64, flags: [Row]) {
        self.version = version
        self.flags = flags
    }
}
