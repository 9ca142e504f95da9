/// What a command that changes settings prints with `-o json`.
package struct SettingsReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    /// In force from now on.
    package var version: UInt64
    /// Processes that have it in force, of how many that run.
    package var applied: Int
    package var of: Int
    /// Those that have not said so in time; they get it as soon as they answer.
    package var late: [String]
    package var took: Int64
    package var changed: [Change]

    /// One entry that is not as it was; without a value it is gone.
    package struct Change: Codable, Sendable, Equatable {
        package var kind: String
        package var name: String
        @Nullable package var scope: String?
        @Nullable package var value: String?
        /// RFC 3339; nil for never.
        @Nullable package var until: String?

        package init(kind: String, name: String, scope: String?, value: String?, until: String?) {
            self.kind = kind
            self.name = name
            self.scope = scope
            self.value = value
            self.until = until
        }
    }

    package init(version: UInt64, applied: Int, of: Int, late: [String], took: Int64, changed: [Change]) {
        self.version = version
        self.applied = applied
        self.of = of
        self.late = late
        self.took = took
        self.changed = changed
    }

    private enum CodingKeys: String, CodingKey {
        case schema, version, applied, of, late
        case took = "took_ms"
        case changed
    }
}
