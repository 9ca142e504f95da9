import Drills
import MeshBase
import Topology

/// What clients on both sides of a cut were answered while it was in force.
package struct ScenarioCut: Sendable, Equatable {
    /// Requests by how they ended; `stale` are reads that gave less than what was acknowledged before they began.
    package typealias Counts = (requests: UInt64, ok: UInt64, refused: UInt64, failed: UInt64, stale: UInt64)

    /// Requests, and those of them that were answered as the mesh means to.
    package struct Share: Sendable, Equatable {
        package var requests: UInt64 = 0
        package var ok: UInt64 = 0
        package init() {}

        fileprivate mutating func add(_ counts: Counts) {
            requests += counts.requests
            ok += counts.ok
        }
    }

    /// Of tier critical, where the side has no quorum of the customer's cells.
    package private(set) var withoutQuorum = Share()
    /// Of tier important, where the side has a cell of the customer's.
    package private(set) var reachable = Share()
    /// Requests that were sent while it was in force and answered afterwards: they count nowhere else.
    package var straddled: UInt64 = 0
    /// By tier and side, for people.
    package private(set) var tiers: [TierChoice] = []

    package init() {}

    /// Adds what one side was answered of one tier, unless it asked nothing.
    ///
    /// - Parameters:
    ///   - lost: acknowledged writes of the whole run that were not there at the end.
    ///   - counts: of customers of whose shards so much is on that side, by `CutReach`.
    package mutating func add(
        _ tier: StoreSettings.Tier, side: String, lost: Int, counts: (Range<Int>) -> Counts
    ) {
        let all = counts(0..<CutReach.allCases.count)
        guard all.requests > 0 else { return }
        tiers.append(
            TierChoice(
                tier: tier.rawValue, side: side, requests: all.requests, ok: all.ok, refused: all.refused,
                failed: all.failed, stale: all.stale, lost: lost))
        switch tier {
        case .critical: withoutQuorum.add(counts(CutReach.some.rawValue..<CutReach.allCases.count))
        case .important: reachable.add(counts(0..<CutReach.nothing.rawValue))
        case .cache: break
        }
    }
}

/// How much of a customer's shard is on one side of a cut.
package enum CutReach: Int, Sendable, CaseIterable {
    case quorum, some, nothing

    /// - Parameters:
    ///   - here: so many of the shard's cells are on this side.
    ///   - size: of the shard.
    package init(here: Int, of size: Int) { self = here * 2 > size ? .quorum : here > 0 ? .some : .nothing }
}

extension Scenario {
    /// Why clients cannot be on both sides of a cut; nil where they can, or need not be.
    ///
    /// - Parameter name: of the region that is cut off from all others.
    package func misfit(ofCut name: String, in topology: MeshTopology) -> ScenarioMisfit? {
        guard load.isTwoSided, let region = topology.regions.firstIndex(where: { $0.name == name }) else { return nil }
        let isInside = topology.routers.contains { $0.region == region }
        guard !isInside || !topology.routers.contains(where: { $0.region != region }) else { return nil }
        let places = Set(topology.routers.map { topology.regions[$0.region].name }).sorted()
        return ScenarioMisfit(
            "a cut is seen by clients on both sides, and no router is \(isInside ? "outside of" : "in") \(name): routers are in "
                + places.joined(separator: ", "),
            hint: "a topology with routers in several regions has 'routers: 3'",
            next: "cellmesh up topology/tiers.yaml --detach")
    }
}

extension ScenarioRun {
    /// The region that the method cuts off from all others, once it is chosen; nil where it cuts off none.
    package var cutRegion: String? {
        plan.prefix(scenario.actions.count).lazy.compactMap { $0.deed.cutRegion }.first
    }
}

extension ScenarioDeed {
    /// The region that it cuts off from all else, as `region/NAME` names it; nil for all else.
    package var cutRegion: String? {
        guard case .fault(let request) = self, request.kind == "blackhole" || request.kind == "partition",
            let side = request.targets.first, side.hasPrefix("region/")
        else { return nil }
        return TargetSelector.name(in: side, of: .region)
    }

    /// The region that it evacuates; nil for all else.
    var leftRegion: String? {
        if case .evacuate(let word) = self { TargetSelector.name(in: word, of: .region) } else { nil }
    }
}
