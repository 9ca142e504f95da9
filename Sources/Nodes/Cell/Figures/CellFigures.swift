import MeshBase
import Resilience

/// What a cell counts of calls and orders as they end: of whoever asks from outside, of each service, of each way between its
/// services. All of it is in arrays that are made once.
package struct CellFigures: Sendable {
    /// Calls of services from outside and orders on records that were answered, refusals among them.
    package private(set) var requests: UInt64 = 0
    /// Of these: failed, by the cell or for want of room.
    package private(set) var failed: UInt64 = 0
    /// One row: from the arrival of what was asked from outside to its answer.
    package private(set) var times = LatencyTable(rows: 1)
    /// By service: from when a call was asked for to its end, calls of other services among them.
    package private(set) var serviceTimes: LatencyTable
    /// By route: from the sending of an attempt to its end, of those that were not withdrawn.
    package private(set) var edgeTimes: LatencyTable
    /// By route and outcome.
    private var edgeEnds: [UInt64]

    init(services: Int, routes: Int) {
        serviceTimes = LatencyTable(rows: services)
        edgeTimes = LatencyTable(rows: routes)
        edgeEnds = Array(repeating: 0, count: routes * Outcome.allCases.count)
    }

    /// Whoever asked from outside has an answer.
    @inline(__always)
    mutating func answered(isFailed: Bool, took: TimeAmount) {
        requests &+= 1
        if isFailed { failed &+= 1 }
        times.record(took, in: 0)
    }

    /// A call of a service has ended.
    @inline(__always)
    mutating func ended(service: Int, took: TimeAmount) { serviceTimes.record(took, in: service) }

    /// An attempt at another service has ended.
    @inline(__always)
    mutating func ended(route: Int, _ outcome: Outcome, took: TimeAmount) {
        edgeEnds[route * Outcome.allCases.count + Int(outcome.rawValue)] &+= 1
        if outcome != .cancelled { edgeTimes.record(took, in: route) }
    }

    /// Attempts of a route that ended so.
    package func ended(_ outcome: Outcome, route: Int) -> UInt64 {
        edgeEnds[route * Outcome.allCases.count + Int(outcome.rawValue)]
    }
}

/// What became of the calls from one service to another.
package struct EdgeFigures: Sendable {
    /// The service that calls.
    package let from: String
    /// The service that is called.
    package let to: String
    /// Attempts, by `Outcome.rawValue`.
    package var ends: [UInt64]
    /// From the sending of an attempt to its end.
    package var times: LatencyCounts
    /// All of that, together.
    package var sum: TimeAmount
}

extension CellNode {
    /// What the cell counts as calls end.
    package var figures: CellFigures { graph.figures }

    /// By caller and callee, in the order of the blueprint; ways from one to the other are one.
    package var edgeFigures: [EdgeFigures] {
        var found: [EdgeFigures] = []
        for gate in graph.routes.gates.indices {
            var edge = EdgeFigures(
                from: graph.services[graph.routes.gates[gate].caller].name,
                to: graph.services[graph.routes.gates[gate].callee].name,
                ends: Array(repeating: 0, count: Outcome.allCases.count), times: LatencyCounts(), sum: .zero)
            for route in graph.routes.gateOf.indices where graph.routes.gateOf[route] == gate {
                for outcome in Outcome.allCases {
                    edge.ends[Int(outcome.rawValue)] &+= graph.figures.ended(outcome, route: route)
                }
                edge.times.merge(graph.figures.edgeTimes.total(route))
                edge.sum = edge.sum + graph.figures.edgeTimes.sum(route)
            }
            found.append(edge)
        }
        return found
    }
}
