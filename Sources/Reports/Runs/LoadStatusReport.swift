/// `load status -o json`: the loads that are under way on a mesh.
package struct LoadStatusReport: Codable, Sendable, Equatable {
    /// One load, as it was a second ago at most.
    package struct Load: Codable, Sendable, Equatable {
        /// All customers that were seen, each at its worst.
        package struct Customers: Codable, Sendable, Equatable {
            package var seen: Int
            package var lost: Int
            package var degraded: Int
            package var untouched: Int

            package init(seen: Int, lost: Int, degraded: Int, untouched: Int) {
                self.seen = seen
                self.lost = lost
                self.degraded = degraded
                self.untouched = untouched
            }
        }

        /// Of the process that sends it.
        package var pid: Int32
        /// Ticks since the machine started, so that another process with this number is told apart.
        package var startTime: UInt64
        /// When the first request was meant to be sent, RFC 3339; empty before.
        package var begun = ""
        /// `connecting sending draining verifying`.
        package var phase = "connecting"
        package var elapsedMilliseconds = 0.0
        package var durationMilliseconds: Double
        /// Requests a second that are to be sent.
        package var targetRate: Double
        /// That ended in the last second.
        package var rate = 0.0
        /// Over the whole run.
        package var requests: UInt64 = 0
        package var ok: UInt64 = 0
        package var dropped: UInt64 = 0
        /// Of the last second.
        package var p50 = 0.0
        package var p99 = 0.0
        package var inFlight = 0
        package var queued = 0
        package var customers = Customers(seen: 0, lost: 0, degraded: 0, untouched: 0)
        /// The last 60 periods.
        package var series = RunSeries()

        package init(pid: Int32, startTime: UInt64, durationMilliseconds: Double, targetRate: Double) {
            self.pid = pid
            self.startTime = startTime
            self.durationMilliseconds = durationMilliseconds
            self.targetRate = targetRate
        }

        private enum CodingKeys: String, CodingKey {
            case pid
            case startTime = "start_time"
            case begun, phase
            case elapsedMilliseconds = "elapsed_ms"
            case durationMilliseconds = "duration_ms"
            case targetRate = "target_rate"
            case rate, requests, ok, dropped
            case p50 = "p50_ms"
            case p99 = "p99_ms"
            case inFlight = "in_flight"
            case queued, customers, series
        }
    }

    package var schema = ReportJSON.schema
    package var mesh: String
    /// Under way, in the order in which they were started.
    package var loads: [Load]
    /// The id of the newest report of a load; nil where none is kept.
    @Nullable package var last: String?

    package init(mesh: String, loads: [Load], last: String?) {
        self.mesh = mesh
        self.loads = loads
        self.last = last
    }
}
