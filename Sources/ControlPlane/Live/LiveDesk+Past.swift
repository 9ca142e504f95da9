import Feed
import Reports

/// The last minutes, for a reader who has seen none of them.
extension LiveDesk {
    /// What a reader is sent of the past at most, in bytes: half of what it may leave untaken.
    private static let mostPast = 448 << 10
    /// States of it at most, and how close they are, in milliseconds.
    private static let mostStates: Int64 = 300
    private static let closest: Int64 = 1_000

    /// States since a moment as messages that follow from each other, thinned out until they have room; the oldest are left
    /// out where that is not enough.
    ///
    /// - Parameter time: milliseconds since 1970.
    func past(since time: Int64) -> [UInt8] {
        guard let span = history.span, span.upperBound > time else { return [] }
        let from = max(time, span.lowerBound)
        let every = max((span.upperBound - from) / Self.mostStates, Self.closest)
        var states = history.states(from: from, every: every).filter { $0.t < latest.t }
        while !states.isEmpty {
            // Numbers of the past are below those of the present: nobody comes back for them.
            var coder = DeltaCoder(first: 1)
            var bytes: [UInt8] = []
            for state in states where bytes.count <= Self.mostPast { bytes += coder.take(state).serverSentEvent }
            if bytes.count <= Self.mostPast { return bytes }
            states = Array(states.dropFirst((states.count + 1) / 2))
        }
        return []
    }
}
