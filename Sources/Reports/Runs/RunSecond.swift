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
        /// The sum of those times, and the shortest and the longest of them; nil where there was none or it is not known.
        package var time = TimeAmount.zero
        package var shortest: TimeAmount?
        package var longest: TimeAmount?

        /// Nothing yet.
        package init() {}

        /// Those that were not answered as the mesh means to.
        package var failed: UInt64 { requests - min(ok, requests) }
        /// Counts one.
        ///
        /// - Parameter time: to an answer; nil where it says nothing of the mesh.
        package mutating func note(isOK: Bool, isShed: Bool, _ time: TimeAmount?) {
            requests += 1
            if isOK { ok += 1 }
            if isShed { shed += 1 }
            if let time { record(time) }
        }

        /// Counts the time to an answer.
        package mutating func record(_ time: TimeAmount) {
            latency.record(time)
            self.time = self.time + time
            shortest = shortest.map { min($0, time) } ?? time
            longest = longest.map { max($0, time) } ?? time
        }

        /// Adds another's.
        package mutating func add(_ other: Tally) {
            requests += other.requests
            ok += other.ok
            shed += other.shed
            latency.merge(other.latency)
            time = time + other.time
            shortest = [shortest, other.shortest].compactMap { $0 }.min()
            longest = [longest, other.longest].compactMap { $0 }.max()
        }

        /// Takes away what was added before.
        package func subtracting(_ other: Tally) -> Tally {
            var left = self
            left.requests -= min(other.requests, requests)
            left.ok -= min(other.ok, ok)
            left.shed -= min(other.shed, shed)
            left.latency = latency.since(other.latency)
            left.time = time - other.time
            // Which of them it was, nobody knows.
            (left.shortest, left.longest) = (nil, nil)
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
    /// By kind: `reads`, `writes`, `services`.
    package var kinds: [String: Tally] = [:]
    /// By the priority that was asked for; `normal` where none was.
    package var priorities: [String: Tally] = [:]
    /// By the region of the cell that answered, where somebody has told them apart.
    package var regions: [String: Tally] = [:]
    /// Why requests were not answered as the mesh means to, in words such as `504 by quorum`, and how many.
    package private(set) var failures: [String: UInt64] = [:]
    /// How late a timer of the load's was, the worst in milliseconds.
    package var late = 0.0
    /// How late requests were taken up, the 99th percentile in milliseconds; nil where none was.
    package var lag: Double?
    /// Requests that could not be sent.
    package var dropped: UInt64 = 0

    /// Reasons that are told apart; the others are `other`.
    private static let mostFailures = 32

    /// Nothing happened.
    package init() {}

    /// Counts failures of one kind.
    package mutating func note(failure: String, count: UInt64 = 1) {
        let name = failures[failure] != nil || failures.count < Self.mostFailures ? failure : "other"
        failures[name, default: 0] += count
    }

    /// What failed and why, the most frequent first; nil where nothing did.
    package var failing: String? {
        guard all.failed > 0 else { return nil }
        let kinds = failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(4)
        let why = kinds.map { "\(Wording.count(Int(clamping: $0.value))) x \($0.key)" }.joined(separator: ", ")
        return
            "\(Wording.count(Int(clamping: all.failed))) of \(Wording.plural(Int(clamping: all.requests), "request")) failed"
            + (why.isEmpty ? "" : " (\(why))")
    }

    /// Adds a further second.
    package mutating func add(_ other: RunSecond) {
        let both = length + other.length
        join(other)
        length = both
    }

    /// Adds what others were answered at the same time.
    package mutating func join(_ other: RunSecond) {
        length = max(length, other.length)
        all.add(other.all)
        for (name, tally) in other.cells { cells[name, default: Tally()].add(tally) }
        for (name, tally) in other.services { services[name, default: Tally()].add(tally) }
        for (name, tally) in other.kinds { kinds[name, default: Tally()].add(tally) }
        for (name, tally) in other.priorities { priorities[name, default: Tally()].add(tally) }
        for (name, tally) in other.regions { regions[name, default: Tally()].add(tally) }
        for (kind, count) in other.failures { note(failure: kind, count: count) }
        late = max(late, other.late)
        lag = lag.map { max($0, other.lag ?? $0) } ?? other.lag
        dropped += other.dropped
    }

    /// Tells the cells that answered by their regions.
    ///
    /// - Parameter region: of a cell; nil for one that nobody knows.
    package mutating func tellRegions(_ region: (String) -> String?) {
        regions = [:]
        for (cell, tally) in cells {
            if let name = region(cell) { regions[name, default: Tally()].add(tally) }
        }
    }

    /// Of no time.
    package static var nothing: RunSecond {
        var second = RunSecond()
        second.length = .zero
        return second
    }
}
