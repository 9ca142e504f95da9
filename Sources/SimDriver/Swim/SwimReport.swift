import MeshBase

/// What the starved-node experiment came to, in the shape of `sim swim -o json`.
package struct SwimReport: Sendable, Encodable {
    package struct Percentiles: Sendable, Equatable, Encodable {
        package var p50: Double?
        package var p99: Double?

        /// By nearest rank; nil without times.
        init(_ times: [TimeAmount]) {
            let sorted = times.sorted()
            func rank(_ q: Double) -> Double? {
                guard !sorted.isEmpty else { return nil }
                let place = Int((q * Double(sorted.count)).rounded(.up)) - 1
                return sorted[min(max(place, 0), sorted.count - 1)].milliseconds
            }
            p50 = rank(0.50)
            p99 = rank(0.99)
        }

        /// Null where there is none.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(p50, forKey: .p50)
            try container.encode(p99, forKey: .p99)
        }

        private enum CodingKeys: String, CodingKey { case p50, p99 }
    }

    /// One cell of the grid over all of its seeds.
    package struct Cell: Sendable, Encodable {
        package var members: Int
        package var loss: Double
        package var starved: Double
        package var arm: String
        package var runs: Int
        /// Runs in which a member was declared dead that was up.
        package var falseDeathRuns: Int
        /// Such declarations, each observer counted; and those at observers that were not starved.
        package var falsePositives: UInt64
        package var falsePositivesHealthy: UInt64
        package var suspicions: UInt64
        package var messages: UInt64
        package var bytes: UInt64
        /// From the crash until the first member had it dead.
        package var detect: Percentiles
        /// From the crash until all had.
        package var known: Percentiles
        /// From the first member that had it dead until all had.
        package var spread: Percentiles
        /// Runs in which the crash was not seen by anybody.
        package var undetected: Int
        /// Of the fault of one member; nil where there was none.
        package var fault: Fault?

        private enum CodingKeys: String, CodingKey {
            case members, loss, starved, arm, runs
            case falseDeathRuns = "false_death_runs"
            case falsePositives = "false_positives"
            case falsePositivesHealthy = "false_positives_healthy"
            case messages, bytes
            case detect = "detect_ms"
            case known = "known_ms"
            case spread = "spread_ms"
            case suspicions, undetected, fault
        }
    }

    /// What a fault of one member came to at the members that had none, over all runs.
    package struct Fault: Sendable, Encodable {
        package var share: Double
        package var ways: String
        /// Of what one observer holds the lossy member to be, at most, and on average.
        package var mostViewChanges: Int
        package var viewChanges: Double
        package var suspicions: UInt64
        package var deaths: UInt64
        package var soundSuspicions: UInt64
        package var soundDeaths: UInt64
        package var soundUnsteady: UInt64
        package var longestSoundSuspicion: Double

        init(_ fault: SwimFault, _ results: [SwimFaultResult], observers: Int) {
            share = fault.share
            ways = fault.ways.rawValue
            mostViewChanges = results.map(\.mostViewChanges).max() ?? 0
            let views = Double(results.count * observers)
            viewChanges = views > 0 ? Double(results.reduce(0) { $0 + $1.viewChanges }) / views : 0
            suspicions = results.reduce(0) { $0 + $1.suspicions }
            deaths = results.reduce(0) { $0 + $1.deaths }
            soundSuspicions = results.reduce(0) { $0 + $1.soundSuspicions }
            soundDeaths = results.reduce(0) { $0 + $1.soundDeaths }
            soundUnsteady = results.reduce(0) { $0 + $1.soundUnsteady }
            longestSoundSuspicion = results.map(\.longestSoundSuspicion.milliseconds).max() ?? 0
        }

        private enum CodingKeys: String, CodingKey {
            case share, ways
            case mostViewChanges = "most_view_changes"
            case viewChanges = "view_changes"
            case suspicions, deaths
            case soundSuspicions = "sound_suspicions"
            case soundDeaths = "sound_deaths"
            case soundUnsteady = "sound_unsteady"
            case longestSoundSuspicion = "longest_sound_suspicion_ms"
        }
    }

    /// One arm over the whole grid, and against plain SWIM where that took part.
    package struct Comparison: Sendable, Encodable {
        package var arm: String
        package var runs = 0
        package var falseDeathRuns = 0
        package var falsePositives: UInt64 = 0
        package var falsePositivesHealthy: UInt64 = 0
        package var messages: UInt64 = 0
        package var bytes: UInt64 = 0
        package var detect = Percentiles([])
        package var ofPlain: Ratios?

        private enum CodingKeys: String, CodingKey {
            case arm, runs
            case falseDeathRuns = "false_death_runs"
            case falsePositives = "false_positives"
            case falsePositivesHealthy = "false_positives_healthy"
            case messages, bytes
            case detect = "detect_ms"
            case ofPlain = "of_plain"
        }
    }

    /// Figures of an arm over those of plain SWIM; nil where plain SWIM has none.
    package struct Ratios: Sendable, Encodable {
        package var falseDeathRuns: Double?
        package var falsePositives: Double?
        package var falsePositivesHealthy: Double?
        package var messages: Double?
        package var bytes: Double?

        private enum CodingKeys: String, CodingKey {
            case falseDeathRuns = "false_death_runs"
            case falsePositives = "false_positives"
            case falsePositivesHealthy = "false_positives_healthy"
            case messages, bytes
        }
    }

    package let schema = "cellmesh/1"
    /// Set by the caller, who has a clock.
    package var wallMilliseconds = 0.0
    package var simulatedMilliseconds: Double
    package var events: UInt64
    package var cells: [Cell]
    package var comparison: [Comparison]
    /// The most memory that the experiment took; set by the caller, as the wall time is.
    package var peakBytes: Int?

    /// - Parameter results: of the runs in their order.
    package init(_ grid: SwimGrid, _ results: [SwimTrialResult]) {
        precondition(results.count == grid.runs)
        simulatedMilliseconds = results.reduce(0) { $0 + $1.simulated.milliseconds }
        events = results.reduce(0) { $0 + $1.events }
        cells = grid.cells.enumerated().map { index, cell in
            let runs = results[(index * grid.seeds)..<((index + 1) * grid.seeds)]
            return Cell(
                members: cell.members, loss: cell.loss, starved: cell.starved, arm: cell.arm.rawValue, runs: runs.count,
                falseDeathRuns: runs.count { $0.falsePositives > 0 },
                falsePositives: runs.reduce(0) { $0 + $1.falsePositives },
                falsePositivesHealthy: runs.reduce(0) { $0 + $1.falsePositivesHealthy },
                suspicions: runs.reduce(0) { $0 + $1.suspicions }, messages: runs.reduce(0) { $0 + $1.messages },
                bytes: runs.reduce(0) { $0 + $1.bytes }, detect: Percentiles(runs.compactMap(\.detected)),
                known: Percentiles(runs.compactMap(\.known)), spread: Percentiles(runs.compactMap(\.spread)),
                undetected: runs.count { $0.detected == nil },
                fault: grid.fault.map {
                    // All but the lossy one, the starved and the one that crashes.
                    Fault(
                        $0, runs.compactMap(\.fault),
                        observers: cell.members - 2 - grid.trial(index * grid.seeds).starvedCount)
                })
        }
        comparison = Self.compare(grid, cells, results)
    }

    private static func compare(_ grid: SwimGrid, _ cells: [Cell], _ results: [SwimTrialResult]) -> [Comparison] {
        var sums = grid.arms.map { arm in
            var sum = Comparison(arm: arm.rawValue)
            var detected: [TimeAmount] = []
            for (index, cell) in cells.enumerated() where cell.arm == arm.rawValue {
                sum.runs += cell.runs
                sum.falseDeathRuns += cell.falseDeathRuns
                sum.falsePositives += cell.falsePositives
                sum.falsePositivesHealthy += cell.falsePositivesHealthy
                sum.messages += cell.messages
                sum.bytes += cell.bytes
                detected += results[(index * grid.seeds)..<((index + 1) * grid.seeds)].compactMap(\.detected)
            }
            sum.detect = Percentiles(detected)
            return sum
        }
        guard let plain = sums.first(where: { $0.arm == SwimArm.plain.rawValue }) else { return sums }
        func ratio(_ part: UInt64, _ whole: UInt64) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }
        for index in sums.indices where sums[index].arm != plain.arm {
            let sum = sums[index]
            sums[index].ofPlain = Ratios(
                falseDeathRuns: ratio(UInt64(sum.falseDeathRuns), UInt64(plain.falseDeathRuns)),
                falsePositives: ratio(sum.falsePositives, plain.falsePositives),
                falsePositivesHealthy: ratio(sum.falsePositivesHealthy, plain.falsePositivesHealthy),
                messages: ratio(sum.messages, plain.messages), bytes: ratio(sum.bytes, plain.bytes))
        }
        return sums
    }

    private enum CodingKeys: String, CodingKey {
        case schema
        case wallMilliseconds = "wall_ms"
        case simulatedMilliseconds = "simulated_ms"
        case events, cells, comparison
        case peakBytes = "peak_bytes"
    }
}
