import Checkers
import MeshBase
import Scenarios
import Sharding
import Topology

/// Clients on both sides of a cut.
extension SimScenario {
    /// Puts clients on both sides where the scenario has them there.
    ///
    /// - Returns: false where there is no router for them on one side; that was told.
    func takeSides() -> Bool {
        let topology = simulation.topology
        guard run.scenario.load.isTwoSided, let name = run.cutRegion,
            let region = topology.regions.firstIndex(where: { $0.name == name })
        else { return true }
        if let misfit = run.scenario.misfit(ofCut: name, in: topology) {
            run.handle(.refused(misfit.message), now: simulation.now)
            return false
        }
        var sides: [ClientSides.Side] = []
        for isInside in [true, false] {
            let routers = topology.routers.indices.filter { (topology.routers[$0].region == region) == isInside }
            var reach = [UInt8(CutReach.nothing.rawValue)]
            for number in 1...max(topology.customers.count, 1) {
                let shard = simulation.placement.shard(of: CustomerHash(number: number))
                let here = shard.count { (topology.cells[$0.position].region == region) == isInside }
                reach.append(UInt8(CutReach(here: here, of: shard.count).rawValue))
            }
            sides.append(.init(name: isInside ? name : "elsewhere", routers: routers, reach: reach))
        }
        simulation.clients.sides = ClientSides(sides, tiers: simulation.clients.ledger.tiers)
        simulation.clients.sides?.beginWindow(now: simulation.now)
        return true
    }

    /// From here on it is cut.
    func beginCut() { simulation.clients.sides?.beginWindow(now: simulation.now) }

    /// To here it was.
    func endCut() {
        guard cut.isEmpty, let sides = simulation.clients.sides?.sides else { return }
        cut = sides.compactMap(\.windows.windows.last)
        simulation.clients.sides?.beginWindow(now: simulation.now)
    }

    /// Tells what each side was answered, once all was read back.
    func tellCut() {
        guard let sides = simulation.clients.sides, cut.count == sides.sides.count else { return }
        var told = ScenarioCut()
        told.straddled = cut.map(\.straddled).reduce(0, +)
        for tier in StoreSettings.Tier.allCases {
            for (position, window) in cut.enumerated() {
                told.add(tier, side: sides.sides[position].name, lost: sides.lost(tier, by: position)) {
                    window.counts(tier, classes: $0).all
                }
            }
        }
        run.handle(.cut(told), now: simulation.now)
    }
}
