import Telemetry

/// Times as reports have them.
package enum ReportTime {
    /// RFC 3339 in UTC, to a millisecond.
    package static func string(_ nanoseconds: Int64) -> String { Timestamp.string(nanoseconds, .milliseconds) }
}
