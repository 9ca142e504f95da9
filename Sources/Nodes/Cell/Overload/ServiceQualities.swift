import MeshBase
import Resilience

/// How much of its work each service of a cell does now: its quality (C23) and the rung of its ladder (C24). Looked at once a
/// second and where the level changes; a call reads it.
struct ServiceQualities: Sendable {
    struct Entry: Sendable {
        /// Declared under `quality`; nil: only levels have a say.
        var scaler: QualityScaler?
        var ladder: LadderState?
        /// The features whose calls go to it.
        let features: [Int]
        /// For callers that can do without it, and those outside.
        var served = Served.full
        /// The same for customers of arm b, where two levels are compared.
        var servedSecond = Served.full
        /// For callers that need it: levels do not touch what is core.
        var needed = Served.full
        /// How long its best way takes.
        var inference = TimeReading()
        /// How many of its customers have a good answer from before.
        var hits = ShareReading()
        /// One call is to try the best way, which nobody has used since the last look.
        var mustProbe = false
        /// Ways that failed, in place of which a plainer one was taken.
        var falls: UInt64 = 0

        /// The rung that answers from before; nil: none.
        var cachedRung: Int? { ladder?.ladder.rungs.firstIndex { $0.when.cacheHit != nil } }
        /// The rung in force is so because the best way was slow.
        var goesByInference: Bool {
            guard let ladder, let value = inference.value, let limit = ladder.ladder.rungs[ladder.rung].when.inference
            else { return false }
            return value > limit
        }
    }

    var entries: [Entry]
    /// How far past its comfort the cell is, 0...1: of its services the worst.
    private(set) var pressure = 0.0
    /// How long orders of records take.
    var db = TimeReading()
    /// Whether any service has a ladder, or does less than all.
    private(set) var isActive = false
    /// Whether anything is declared that wants to know the pressure.
    let isDeclared: Bool

    init(_ policies: CellPolicies, _ table: FeatureTable, names: [String], isProgram: (Int) -> Bool) {
        entries = names.indices.map { service in
            let own = policies.services[service]
            // What a program does is its own.
            let isOurs = !isProgram(service)
            return Entry(
                scaler: isOurs ? own.quality.map { QualityScaler($0) } : nil,
                ladder: isOurs ? own.ladder.map { LadderState($0) } : nil,
                features: policies.isOn(.quality) && isOurs
                    ? table.features.indices.filter { table.features[$0].calls.contains(names[service]) } : [])
        }
        isDeclared = entries.contains { $0.scaler != nil }
        isActive = entries.contains { $0.ladder != nil }
    }

    /// Takes the pressure of this look: it rises at once, and falls by half at most.
    mutating func take(pressure fresh: Double) { pressure = max(fresh, pressure > 0.05 ? pressure / 2 : 0) }

    /// Looks at all services.
    ///
    /// - Parameters:
    ///   - load: of the process.
    ///   - second: the level of arm b, where two are compared.
    /// - Returns: the services whose ladders have moved, and what they go by.
    mutating func look(
        _ load: LoadSignals, _ level: DegradationState, second: DegradationState?, now: Instant
    ) -> [(service: Int, readings: LadderReadings)] {
        let db = db.take(now: now)
        var isActive = false
        var moved: [(service: Int, readings: LadderReadings)] = []
        for service in entries.indices {
            lookAtQuality(service, level, now: now)
            lookAtSecond(service, second, load, db)
            if lookAtLadder(service, load, db, level.level, now: now) {
                moved.append((service, readings(service, load, db)))
            }
            isActive =
                isActive || entries[service].ladder != nil || entries[service].served != .full
                || entries[service].servedSecond != .full || entries[service].needed != .full
        }
        self.isActive = isActive
        return moved
    }

    private mutating func lookAtQuality(_ service: Int, _ level: DegradationState, now: Instant) {
        let allowed = entries[service].features.reduce(1.0) { min($0, level.quality($1)) }
        var quality = allowed
        if entries[service].scaler != nil {
            entries[service].scaler!.look(pressure: pressure, allowed: allowed, now: now)
            quality = entries[service].scaler!.quality
            entries[service].needed = Served(
                quality: max(1 - pressure, entries[service].scaler!.policy.floor, Self.least))
        }
        // What is off, and called all the same by somebody who needs it, does the least.
        entries[service].served = Served(
            quality: quality > 0 ? quality : max(entries[service].scaler?.policy.floor ?? Self.off, Self.least))
    }

    private mutating func lookAtSecond(
        _ service: Int, _ level: DegradationState?, _ load: LoadSignals, _ db: TimeAmount?
    ) {
        guard let level else {
            entries[service].servedSecond = entries[service].served
            return
        }
        let allowed = entries[service].features.reduce(1.0) { min($0, level.quality($1)) }
        let floor = entries[service].scaler?.policy.floor
        let afforded = entries[service].scaler == nil ? allowed : min(allowed, 1 - pressure)
        entries[service].servedSecond = Served(
            quality: max(allowed > 0 ? afforded : floor ?? Self.off, floor ?? Self.least))
        if let ladder = entries[service].ladder?.ladder {
            let rung = ladder.rung(for: readings(service, load, db), level: level.level)
            entries[service].servedSecond.rung = UInt8(rung)
        }
    }

    /// - Returns: whether its rung is another than before.
    private mutating func lookAtLadder(
        _ service: Int, _ load: LoadSignals, _ db: TimeAmount?, _ level: DegradationLevel, now: Instant
    ) -> Bool {
        guard entries[service].ladder != nil else { return false }
        entries[service].inference.look(now: now)
        entries[service].hits.look(now: now)
        let hasMoved = entries[service].ladder!.look(readings(service, load, db), level: level)
        entries[service].mustProbe =
            entries[service].ladder!.rung > 0 && entries[service].goesByInference
        return hasMoved
    }

    private func readings(_ service: Int, _ load: LoadSignals, _ db: TimeAmount?) -> LadderReadings {
        LadderReadings(
            cpu: load.cpu, memory: load.memory, inference: entries[service].inference.value, db: db,
            cacheHit: entries[service].hits.value)
    }

    /// No quality is nothing at all.
    private static let least = 0.01
    private static let off = 0.5
}

/// How long something takes, 95 % of what was seen between two looks. What was not seen for a while is forgotten.
struct TimeReading: Sendable {
    private var seen = DurationHistogram()
    private(set) var value: TimeAmount?
    private var at = Instant.zero

    /// For how long what was seen holds.
    static let memory = TimeAmount.seconds(5)

    mutating func record(_ took: TimeAmount) { seen.record(took) }

    mutating func look(now: Instant) {
        if seen.count > 0 {
            value = seen.quantile(0.95)
            at = now
            seen = DurationHistogram()
        } else if now - at > Self.memory {
            value = nil
        }
    }

    mutating func take(now: Instant) -> TimeAmount? {
        look(now: now)
        return value
    }
}

/// The share of hits, over at least ten looks; forgotten as `TimeReading`.
struct ShareReading: Sendable {
    private var hits = 0
    private var looks = 0
    private(set) var value: Double?
    private var at = Instant.zero

    private static let fewest = 10

    mutating func record(_ isHit: Bool) {
        looks += 1
        if isHit { hits += 1 }
    }

    mutating func look(now: Instant) {
        if looks >= Self.fewest {
            value = Double(hits) / Double(looks)
            at = now
            (hits, looks) = (0, 0)
        } else if now - at > TimeReading.memory {
            value = nil
        }
    }
}
