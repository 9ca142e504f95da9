import Drills
import Laboratories
import MeshBase
import Reports
import Scenarios
import Topology

/// One pool of connections for all cells against one for each: a service of the smallest cell hangs, and others fail with it or not.
struct PoolSharing {
    /// Both ways: each cell's own pools, and one of all together.
    let walled: MeshTopology
    let leaky: MeshTopology
    /// The smallest cell, and the service there that holds connections.
    let struck: String
    let service: String
    let use: String
    private let sizes: [Int]
    private let shared: Int

    /// Nil where no service holds connections in every cell.
    init?(_ topology: MeshTopology) {
        let blueprints = topology.cells.map { topology.blueprints[$0.blueprint] }
        guard topology.cells.count > 1,
            let service = blueprints[0].services.first(where: { service in
                service.connection != nil
                    && blueprints.allSatisfy { blueprint in
                        blueprint.services.contains { $0.name == service.name && $0.connection == service.connection }
                    }
            }), let use = service.connection
        else { return nil }
        let sizes = blueprints.map { blueprint in
            blueprint.connections?.first { $0.name == use }?.value.inForce(acquire: .zero).max ?? 0
        }
        guard sizes.allSatisfy({ $0 > 0 }), let smallest = sizes.indices.min(by: { sizes[$0] < sizes[$1] }) else {
            return nil
        }
        self.sizes = sizes
        self.use = use
        self.service = service.name
        struck = topology.cells[smallest].name
        let given = topology.shared?.first { $0.name == use }?.value
        shared = given ?? min(sizes.reduce(0, +), 10_000)
        var apart = topology
        apart.shared = topology.shared?.filter { $0.name != use }
        if apart.shared?.isEmpty ?? false { apart.shared = nil }
        walled = apart
        apart.shared = (apart.shared ?? []) + [.init(use, shared)]
        leaky = apart
    }

    /// What is expected: walls keep it to one cell, a common pool takes all that draw on it along.
    func predicted(isShared: Bool) -> IsolationReport.Pools {
        .init(
            isShared: isShared, sizes: isShared ? [shared] : sizes, struck: struck,
            predicted: isShared ? sizes.count : 1)
    }

    func text(rate: Double) -> String {
        let others = walled.cells.map { "success{cell:\($0.name)}>=99%" }
        let claims = ["success{cell:!\(struck)}>=99.9%"] + others
        return """
            title: A service of \(struck) hangs
            load: {rate: \(Wording.fixed(rate, 0)), mix: "services=100%", service: \(service), verify: false}
            baseline: {for: 2s}
            method:
              - {type: action, name: hang, provider: {type: cellmesh, do: "hang cell/\(struck)/service/\(service)", for: 10s}}
            objectives: [\(claims.map { "\"\($0)\"" }.joined(separator: ", "))]
            settle: 1m

            """
    }

    /// Adds what a run has seen.
    func add(_ report: DrillReport, _ scenario: Scenario, to pools: inout IsolationReport.Pools) {
        func failed(_ place: Int) -> Double? { report.observed(scenario.objectives[place].text).map { 1 - $0 } }
        func worse(_ old: Double?, _ new: Double?) -> Double? { [old, new].compactMap { $0 }.max() }
        pools.othersFailed = worse(pools.othersFailed, failed(0))
        let cells = walled.cells.indices.map { failed($0 + 1) }
        if let own = walled.cellIndex(named: struck) { pools.ownFailed = worse(pools.ownFailed, cells[own.position]) }
        pools.hit = max(pools.hit, cells.count { ($0 ?? 0) >= 0.01 })
    }
}
