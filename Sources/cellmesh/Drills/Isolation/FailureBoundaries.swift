import Blueprints
import Drills
import Laboratories
import MeshBase
import Reports
import Scenarios
import Sharding
import Topology

/// Each domain of a topology that fails as a whole, and the drill of its loss.
struct FailureBoundaries {
    let topology: MeshTopology
    let placement: Placement
    /// Requests a second.
    let rate: Double

    /// One domain of a kind.
    struct Domain: Sendable {
        var kind: FailureDomain
        /// As faults name it.
        var target: String
        var cells: [CellIndex]
    }

    init(_ topology: MeshTopology, _ placement: Placement, rate: Double) {
        self.topology = topology
        self.placement = placement
        self.rate = rate
    }

    /// One of each kind that the topology has, drawn from a seed.
    func domains(seed: UInt64) -> [Domain] {
        FailureDomain.allCases.enumerated().compactMap { number, kind in
            var draws = Generator(seed: seed, concern: "lab.isolation", node: UInt64(number))
            let all = all(kind)
            return all.isEmpty ? nil : all[Int(draws.below(UInt64(all.count)))]
        }
    }

    private func all(_ kind: FailureDomain) -> [Domain] {
        let cells = topology.cells.indices.map { CellIndex($0) }
        func several(_ domains: [Domain]) -> [Domain] { domains.count > 1 ? domains : [] }
        switch kind {
        case .process:
            return cells.map { Domain(kind: kind, target: "cell/\(topology.cells[$0.position].name)", cells: [$0]) }
        case .zone:
            return several(
                topology.domains(for: .zone).map { zone in
                    let cell = topology.cells[zone[0].position]
                    let region = topology.regions[cell.region]
                    return Domain(kind: kind, target: "zone/\(region.name)/\(region.zones[cell.zone])", cells: zone)
                })
        case .region:
            return several(
                topology.domains(for: .region).map { region in
                    let name = topology.regions[topology.cells[region[0].position].region].name
                    return Domain(kind: kind, target: "region/\(name)", cells: region)
                })
        case .geography:
            return several(
                topology.geographies.map { geography in
                    let regions = topology.regions.filter { $0.geography == geography }.map { "region/\($0.name)" }
                    return Domain(
                        kind: kind, target: regions.joined(separator: ","),
                        cells: topology.cells(inGeography: geography))
                }.filter { !$0.cells.isEmpty })
        case .provider: return [Domain(kind: kind, target: "mesh", cells: cells)]
        case .container, .pod, .node, .rack: return []
        }
    }

    /// What the placement says of its loss.
    func predicted(_ domain: Domain) -> IsolationReport.Loss {
        let report = BlastRadius(topology, placement: placement).report(dead: CellSet(domain.cells))
        return IsolationReport.Loss(
            target: domain.target, cells: domain.cells.count,
            predicted: .init(lost: report.lost, degraded: report.degraded))
    }

    /// The drill of its loss, as a file would say it.
    func text(_ domain: Domain) -> String {
        let hasServices = topology.blueprints.contains { !$0.services.isEmpty }
        return """
            title: The loss of \(domain.target)
            load: {rate: \(Wording.fixed(rate, 0)), mix: "\(hasServices ? "services" : "reads")=100%", verify: false}
            baseline: {for: 2s}
            method:
              - {type: action, name: loss, provider: {type: cellmesh, do: "kill \(domain.target)", for: 10s}}
            objectives: ["customers_lost>=0", "customers_degraded>=0", "success>=0%", "recovery<=2m"]
            settle: 2m

            """
    }

    /// The same, read.
    func scenario(_ domain: Domain) throws -> Scenario { try Self.read(text(domain), named: "loss") }

    /// - Throws: never for a text of this program: a test reads them.
    static func read(_ text: String, named name: String) throws -> Scenario {
        let result = MeshFiles.load(scenario: text, named: "\(name).yaml")
        guard let scenario = result.scenario else {
            throw CommandFailure("the drill cannot be read: \(result.rendered().trimmedEnd)")
        }
        return scenario
    }

    /// What the drill has seen of its loss.
    func seen(_ report: DrillReport, _ scenario: Scenario, _ domain: Domain) -> IsolationReport.Loss {
        func observed(_ place: Int) -> Double? { report.observed(scenario.objectives[place].text) }
        var loss = predicted(domain)
        if let lost = observed(0), let degraded = observed(1) {
            loss.observed = .init(lost: Int(lost), degraded: Int(degraded))
        }
        loss.answered = observed(2)
        loss.recovery = observed(3).map { TimeAmount(seconds: $0 / 1_000) }
        loss.different = report.observed("customers different from the prediction").map { Int($0) }
        return loss
    }
}

extension DrillReport {
    /// What was seen of a claim, by its name.
    func observed(_ claim: String) -> Double? { claims.first { $0.name == claim }?.observed }
}
