import Topology

/// How one service, or the store of records, gets off a region.
public enum EvacuationStrategy: String, Sendable, Codable, CaseIterable {
    /// Both sides run it; calls are switched, stage by stage.
    case blueGreen = "blue-green"
    /// A first small share fills the caches of the other side before the rest follows.
    case cacheWarming = "cache-warming"
    /// Cohort after cohort; what was begun ends where it began.
    case rolling
    /// Data are copied beside the service, caught up, cut over, verified and released.
    case bulkTransfer = "bulk-transfer"

    /// The strategy of a kind of service.
    public init(_ kind: Service.Kind) {
        self =
            switch kind {
            case .stateless: .blueGreen
            case .cache: .cacheWarming
            case .stateful: .rolling
            case .database: .bulkTransfer
            }
    }
}

/// Something to be observed before, after or as the proof of a phase. The raw value is its stable code.
public enum EvacuationCheck: String, Sendable, Codable, CaseIterable {
    case targetsServe = "targets-serve"
    case targetsHaveRoom = "targets-have-room"
    case storesHaveRoom = "stores-have-room"
    case oldMajority = "old-majority"
    case newMajorityFilled = "new-majority-filled"
    case errorsInBounds = "errors-in-bounds"
    case latencyHolds = "latency-holds"
    case nothingInFlight = "nothing-in-flight"
    case callsFollowed = "calls-followed"
    case rowsDominated = "rows-dominated"
    case regionEmpty = "region-empty"

    /// What is observed, in one sentence without a full stop.
    public var meaning: String {
        switch self {
        case .targetsServe: "the cells that take over are alive and run the service"
        case .targetsHaveRoom: "their predicted use leaves the headroom free"
        case .storesHaveRoom: "no store that takes over is full or will be"
        case .oldMajority: "a majority of every old shard answers; a customer without one is held back by name"
        case .newMajorityFilled: "a majority of every new shard has all that the old side acknowledged"
        case .errorsInBounds: "nothing shows that moved customers fail more often than the bound allows"
        case .latencyHolds: "the p99 of moved customers has not run away from what it was"
        case .nothingInFlight: "no call of a moved customer is in hand at the cells it left"
        case .callsFollowed: "every call of a moved customer was answered by its new shard"
        case .rowsDominated: "each row is at the new shard, as new or newer, with the same fingerprint where as new"
        case .regionEmpty: "the live cells that were left report no row, no hint and no queued item"
        }
    }
}

/// Services that may leave the region together, and the checks around that.
public struct EvacuationPhase: Sendable, Codable, Equatable {
    /// The name under which the store of records stands among the services; no service may have it.
    public static let records = "records"

    /// `records`, or the kind, with a number where its services depend on each other: `stateless-2`.
    public let name: String
    /// What its services are.
    public let kind: Service.Kind
    /// How they get off the region.
    public let strategy: EvacuationStrategy
    /// In the order of the blueprints; none calls another.
    public let services: [String]
    /// What this mesh does, in one sentence.
    public let does: String
    /// Before the first cohort begins: one that fails refuses or ends the evacuation.
    public let before: [EvacuationCheck]
    /// At the end of each stage: one that fails rolls back.
    public let after: [EvacuationCheck]
    /// The proof at the end, before anything is released.
    public let verification: [EvacuationCheck]

    init(name: String, kind: Service.Kind, services: [String]) {
        let strategy = EvacuationStrategy(kind)
        self.name = name
        self.kind = kind
        self.strategy = strategy
        self.services = services
        does = Self.sentence(strategy)
        before = [.targetsServe, .targetsHaveRoom]
        switch strategy {
        case .blueGreen:
            after = [.errorsInBounds, .latencyHolds]
            verification = [.callsFollowed]
        case .cacheWarming:
            after = [.latencyHolds, .errorsInBounds]
            verification = [.callsFollowed]
        case .rolling:
            after = [.errorsInBounds, .nothingInFlight]
            verification = [.callsFollowed, .nothingInFlight]
        case .bulkTransfer:
            after = [.errorsInBounds, .nothingInFlight]
            verification = [.callsFollowed, .nothingInFlight]
        }
    }

    /// The phase of the store of records, by the strictest tier among the region's stores.
    init(records tier: StoreSettings.Tier) {
        let isCopied = tier != .cache
        name = Self.records
        kind = isCopied ? .database : .cache
        strategy = isCopied ? .bulkTransfer : .cacheWarming
        services = [Self.records]
        does =
            switch tier {
            case .critical:
                "cells of the new shards copy what they lack from a majority of the old ones while these serve; each "
                    + "cohort is cut over by its epoch, verified row by row and released"
            case .important:
                "cells of the new shards copy what they lack from every live cell of the old ones while these serve; "
                    + "hints follow; each cohort is cut over by its epoch, verified row by row and released"
            case .cache: "nothing is copied: each cohort starts empty at its new shard"
            }
        before = [.targetsServe, .storesHaveRoom] + (isCopied ? [.oldMajority] : [])
        after = (isCopied ? [.newMajorityFilled] : []) + [.errorsInBounds, .latencyHolds]
        verification = (isCopied ? [.rowsDominated] : []) + [.regionEmpty]
    }

    private static func sentence(_ strategy: EvacuationStrategy) -> String {
        switch strategy {
        case .blueGreen: "the cells that take over run it already; each stage switches its customers' calls to them"
        case .cacheWarming:
            "the first stage is the canary: its calls warm the caches that take over before the rest follows"
        case .rolling:
            "cohort after cohort: calls in hand end where they began, new ones go to the new shard's first cell"
        case .bulkTransfer:
            "its data are the customers' records, moved in bulk; its calls change cells with their cohort"
        }
    }
}
