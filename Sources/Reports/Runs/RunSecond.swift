import MeshBase

/// What clients were answered in one second of a run, in a form that adds up.
package struct RunSecond: Sendable, Equatable {
    /// Answers of some requests.
    package struct Tally: Sendable, Equatable {
        /// That ended.
        package var requests: UInt64 = 0
        /// Answered as the mesh means to.
        package var ok: UInt64 = 0
        /// Refused, to keep room for what matters more.
        package var shed: UInt64 = 0
        /// Of those that were answered.
        package var latency = LatencyCounts()

        /// Nothing yet.
        package init() {}

        /// Adds another's.
        package mutating func add(_ other: Tally) {
            requests += other.requests
            ok += other.ok
            shed += other.shed
            latency.merge(other.latency)
        }

        /// Takes away what was added before.
        package func subtracting(_ other: Tally) -> Tally {
            var left = self
            left.requests -= min(other.requests, requests)
            left.ok -= min(other.ok, ok)
            left.shed -= min(other.shed, shed)
            left.latency = latency.since(other.latency)
            return left
        }
    }

    /// How long it lasted: a second, or more where there was nobody to close it.
    package var length = TimeAmount.seconds(1)
    /// Of all requests.
    package var all = Tally()
    /// By the cell that answered, or where none did by the one that serves the customer first.
    package var cells: [String: Tally] = [:]
    /// By service; `records` for those.
    package var services: [String: Tally] = [:]
    /// How late a timer of the load's was, the worst in milliseconds.
    package var late = 0.0
    /// How late requests were taken up, the 99th percentile in milliseconds; nil where none was.
    package var lag: Double?
    /// Requests that could not be sent.
    package var dropped: UInt64 = 0

    /// Nothing happened.
    package init() {}

    /// Adds a further second.
    package mutating func add(_ other: RunSecond) {
        length = length + other.length
        all.add(other.all)
        for (name, tally) in other.cells { cells[name, default: Tally()].add(tally) }
        for (name, tally) in other.services { services[name, default: Tally()].add(tally) }
        late = max(late, other.late)
        lag = lag.map { max($0, other.lag ?? $0) } ?? other.lag
        dropped += other.dropped
    }

    /// Of no time.
    package static var nothing: RunSecond {
        var second = RunSecond()
        second.length = .zero
        return second
    }
}
