import Chaos
import MeshBase
import Topology

@testable import UVDriver

/// A topology of two regions with one cell each and a router, and the layer of one of its nodes on a loop.
enum FaultBench {
    static let topology = MeshTopology(
        name: "m", seed: 42, regions: [Region(name: "east"), Region(name: "west")],
        cells: [Cell(name: "e1", region: 0, zone: 0), Cell(name: "w1", region: 1, zone: 0)], blueprints: [],
        customers: Customers(count: 1), routers: [Router(name: "r1", region: 1)], control: Control(region: 1))

    static func layer(_ loop: EventLoop, _ name: String = "r1", boot: UInt32 = 1) -> WireLayer {
        WireLayer(loop: loop, topology: topology, name: name, boot: boot)
    }

    static func fault(
        _ kind: FaultKind, _ side: TargetSelector = .cell("e1"), _ others: [TargetSelector] = [], oneWay: Bool = false,
        delay: Delay? = nil, rate: Double? = nil, bandwidth: Int? = nil, id: String = "f1", expires: Int64 = .max
    ) -> Fault {
        var figures = FaultFigures()
        (figures.delay, figures.rate, figures.bandwidth) = (delay, rate, bandwidth)
        let action = FaultAction(kind, figures, isOnServices: false)!
        return Fault(id: id, action, on: [side] + others, isOneWay: oneWay, expires: expires)
    }
}
