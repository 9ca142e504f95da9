import MeshBase
import Topology

@testable import Chaos

/// Two regions of two zones with two cells each, and one region of one; a router and the control plane in `west`.
enum Mesh {
    static func topology(links: Links = Links()) -> MeshTopology {
        let regions = [
            Region(name: "east", zones: ["a", "b"]), Region(name: "west", zones: ["a", "b"]), Region(name: "eu"),
        ]
        let cells = [
            Cell(name: "e1", region: 0, zone: 0), Cell(name: "e2", region: 0, zone: 1),
            Cell(name: "w1", region: 1, zone: 0), Cell(name: "w2", region: 1, zone: 1),
            Cell(name: "u1", region: 2, zone: 0),
        ]
        return MeshTopology(
            name: "m", seed: 1, regions: regions, cells: cells,
            blueprints: [Blueprint(name: "b", services: [Service(name: "payment"), Service(name: "shipping")])],
            links: links,
            customers: Customers(count: 1), routers: [Router(name: "r1", region: 1)], control: Control(region: 1))
    }

    static let nodes = WireNodes(topology())

    static func rules(_ own: String, _ faults: [Fault], links: Links = Links()) -> WireRules {
        WireRules(nodes: nodes, own: nodes.number(of: own)!, links: links, faults: faults)
    }

    static func fault(
        _ kind: FaultKind, _ side: String, _ others: [String] = [], oneWay: Bool = false, delay: Delay? = nil,
        rate: Double? = nil, bandwidth: Int? = nil, id: String = "f1", expires: Int64 = .max
    ) -> Fault {
        var figures = FaultFigures()
        (figures.delay, figures.rate, figures.bandwidth) = (delay, rate, bandwidth)
        // Where a test is about the place alone.
        if kind == .latency, delay == nil { figures.delay = Delay(base: .milliseconds(1)) }
        if kind == .loss || kind == .duplicate, rate == nil { figures.rate = 0.5 }
        let targets = ([side] + others).map { TargetSelector(text: $0)! }
        let action = FaultAction(kind, figures, isOnServices: targets[0].isService)!
        return Fault(id: id, action, on: targets, isOneWay: oneWay, expires: expires)
    }
}

extension WireRules {
    /// Names of the nodes to whom sending is changed.
    var touched: [String] { Mesh.nodes.all.indices.filter { !sending[$0].isNone }.map { Mesh.nodes.all[$0].name } }
    var deafTo: [String] { Mesh.nodes.all.indices.filter { isDeaf[$0] }.map { Mesh.nodes.all[$0].name } }
}
