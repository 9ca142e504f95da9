import MeshBase
import Resilience
import Telemetry

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
        package var scope: String?
        package var value: String?
        /// RFC 3339; nil for never.
        package var until: String?

        package init(_ change: SettingsChange) {
            kind = change.kind.rawValue
            name = change.name
            scope = change.scope?.description
            value = change.value
            until = change.until.map { Timestamp.string(Self.nanoseconds($0)) }
        }

        private static func nanoseconds(_ time: WallTime) -> Int64 {
            time.milliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue
        }
    }

    private enum CodingKeys: String, CodingKey {
        case schema, version, applied, of, late, changed
        case took = "took_ms"
    }
}
