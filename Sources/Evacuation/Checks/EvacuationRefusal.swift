/// Why an evacuation or a restore does not begin. Nothing was changed.
public struct EvacuationRefusal: Sendable, Codable, Equatable {
    /// Stable words for programs.
    public enum Code: String, Sendable, Codable, CaseIterable {
        case unknownRegion = "unknown-region"
        case confirmation
        case planOpen = "plan-open"
        /// A drill or a game day runs, and would be judged by what this does.
        case drillRuns = "drill-runs"
        case alreadyEvacuated = "already-evacuated"
        case notEvacuated = "not-evacuated"
        case alreadyDrained = "already-drained"
        case lastRegion = "last-region"
        case noMajority = "no-majority"
        case tooManyDead = "too-many-dead"
        case isolated
        case regionDead = "region-dead"
        /// None of the cells that are to be brought into use lives.
        case cellsDead = "cells-dead"
        case geography
        case tooFewRegions = "too-few-regions"
        case tooFewCells = "too-few-cells"
        case serviceMissing = "service-missing"
        case storeWeaker = "store-weaker"
        case headroom
        case storeFull = "store-full"

        /// Whether `--force` goes on in spite of it: only where customers fare worse for a time and nothing is lost.
        public var isForceable: Bool {
            switch self {
            case .headroom, .tooFewRegions, .tooFewCells, .drillRuns: true
            default: false
            }
        }
    }

    /// Which check refuses.
    public let code: Code
    /// One sentence without a full stop, its figure in it.
    public let reason: String
    /// What was observed against what is required: `2 of 5, needs 3`.
    public let figure: String
    /// What to do next.
    public let next: String

    init(_ code: Code, _ reason: String, figure: String, next: String) {
        self.code = code
        self.reason = reason
        self.figure = figure
        self.next = next
    }
}

/// Something to know that refuses nothing.
public struct EvacuationNote: Sendable, Codable, Equatable {
    /// Stable words for programs.
    public enum Code: String, Sendable, Codable, CaseIterable {
        /// What `--force` overrode.
        case forced
        /// Shedding of low priority is to be expected.
        case lowShed = "low-shed"
        /// One cell is predicted beyond the headroom, the targets together are not.
        case hotCell = "hot-cell"
        /// The use of some cells that take over is unknown.
        case useUnknown = "use-unknown"
        /// Two members of a shard come to share a domain.
        case sharedDomain = "shared-domain"
        /// The majority of the deciders rests on those in the region.
        case decidersInside = "deciders-inside"
        /// The region itself does not live: its data come from the survivors.
        case regionDead = "region-dead"
        /// None of the cells that are drained lives: their data come from the survivors.
        case cellsDead = "cells-dead"
        /// Cells that take over are dead.
        case deadTargets = "dead-targets"
        /// Customers stay, for want of a majority of their shard.
        case heldBack = "held-back"
        /// What only dead cells have of some customers is given up.
        case lossAccepted = "loss-accepted"
    }
    /// Which.
    public let code: Code
    /// One sentence without a full stop.
    public let text: String

    init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }
}

/// What the checks say.
public struct EvacuationVerdict: Sendable, Equatable {
    /// In the order of the checks; empty where the plan may begin.
    public internal(set) var refusals: [EvacuationRefusal] = []
    /// What was refused and forced.
    public internal(set) var overridden: [EvacuationRefusal] = []
    /// To be shown to whoever asked.
    public internal(set) var notes: [EvacuationNote] = []
    /// What the load comes to; nil where nothing was predicted or measured.
    public internal(set) var capacity: EvacuationCapacity?

    /// Whether the plan may begin.
    public var mayBegin: Bool { refusals.isEmpty }

    /// All refusals in one line, with what to do next; nil where the plan may begin.
    public var reason: String? {
        guard !refusals.isEmpty else { return nil }
        return refusals.map { "\($0.reason): \($0.next)" }.joined(separator: "; ")
    }
}
