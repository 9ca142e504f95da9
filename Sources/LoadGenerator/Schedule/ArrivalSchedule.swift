import MeshBase

/// When requests are meant to be sent: an open loop, which no answer and no stall ever holds back.
///
/// Latency counts from these instants and not from when a request was really sent, else a stall would hide the requests
/// that it kept from being sent (coordinated omission: Tene 2013).
package struct ArrivalSchedule: Sendable {
    private let interval: Double
    private let isPoisson: Bool
    private let length: Double
    private var generator: Generator
    private var count = 0.0
    /// Nanoseconds after the start.
    private var offset = 0.0
    private var start = Instant.zero
    private(set) var isOver = true

    /// - Parameters:
    ///   - rate: per second, above 0.
    ///   - duration: no request is meant for an instant at or after start + duration.
    package init(rate: Double, duration: TimeAmount, arrivals: LoadConfiguration.Arrivals, seed: UInt64) {
        interval = 1e9 / rate
        isPoisson = arrivals == .poisson
        length = Double(duration.nanoseconds)
        generator = Generator(seed: seed, concern: "load-arrivals")
    }

    package mutating func begin(at instant: Instant) {
        start = instant
        isOver = false
        offset = 0
        count = 0
        if isPoisson { advance() }
    }

    /// No further requests.
    package mutating func end() { isOver = true }

    /// The instant for which the next request is meant; nil when there is none left, or not begun.
    package var next: Instant? {
        isOver ? nil : Instant(nanoseconds: start.nanoseconds &+ Int64(offset))
    }

    /// The next request was sent, queued or dropped.
    package mutating func advance() {
        if isPoisson {
            // 1 - unit() lies in (0, 1].
            offset -= naturalLogarithm(1 - generator.unit()) * interval
        } else {
            // Multiplied, not added up: no error grows with the length of the run.
            count += 1
            offset = count * interval
        }
        if offset >= length { isOver = true }
    }
}
