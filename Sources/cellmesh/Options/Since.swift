import ArgumentParser
import Blueprints
import MeshBase
import Telemetry

/// A point in the past: a length of time before now (`5m`), or a time of day (RFC 3339).
struct Since: ExpressibleByArgument, Sendable {
    /// Nanoseconds since 1970, UTC.
    var time: Int64

    init?(argument: String) {
        if let amount = Syntax.duration(argument) {
            time = WallClock.now() - amount.nanoseconds
        } else if let time = Timestamp.parse(argument) {
            self.time = time
        } else {
            return nil
        }
    }
}
