import MeshBase
import Resilience
import Topology
import Wire

/// What an opening has a bearing on (C12): the gates before those that cannot do without what was cut off, within the cell
/// and, by a hint, in the routers that call it.
extension CellNode {
    /// A breaker of an edge has changed. What that means for others is told to their gates, as further news.
    mutating func coordinate(
        _ gate: Int, _ change: BreakerTransition, now: Instant, into sink: inout some CellSink
    ) {
        guard change.from != change.to, graph.routes.gates[gate].policy.breaker.coordinate else { return }
        let callee = graph.routes.gates[gate].callee
        var influences: [BreakerCoordination.Influence] = []
        if change.to == .open || change.to == .forcedOpen {
            influences = graph.coordination.opened(callee, until: change.until)
        } else if change.from == .open || change.from == .forcedOpen {
            // Another gate before the same service may be open still.
            if !graph.isCutOff(service: callee) { influences = graph.coordination.ended(callee) }
        }
        for influence in influences {
            graph.influence(influence, now: now)
            tellRouters(influence, now: now, into: &sink)
        }
    }

    private mutating func tellRouters(
        _ influence: BreakerCoordination.Influence, now: Instant, into sink: inout some CellSink
    ) {
        let left = influence.impact > 0 ? max(influence.until - now, .zero) : .zero
        var head = FrameHead(kind: .hint, request: 0, customer: CustomerHash(rawValue: 0), epoch: .first)
        head.status = UInt16((min(max(influence.impact, 0), 1) * 1000).rounded())
        head.deadline = UInt32(clamping: left.millisecondsRoundedUp)
        let (service, cause) = (graph.services[influence.service].name, graph.services[influence.cause].name)
        answerBuffer.removeAll()
        answerBuffer.append(service)
        answerBuffer.append(cause)
        let bytes = answerBuffer.bytes
        let end = service.utf8.count
        for link in routerLinks.all {
            counters.hintsTold += 1
            sink.reply(
                head, to: link, note: UnsafeRawBufferPointer(rebasing: bytes[end...]),
                body: UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        }
    }
}

extension ServiceGraph {
    /// Some gate before a service lets nothing through.
    func isCutOff(service: Int) -> Bool {
        gates.indices.contains { gate in
            routes.gates[gate].callee == service && gates[gate]?.breaker.state.isOpen == true
        }
    }

    /// What bears on a service bears on all gates before it.
    mutating func influence(_ influence: BreakerCoordination.Influence, now: Instant) {
        for gate in gates.indices where routes.gates[gate].callee == influence.service {
            let change = gates[gate]?.breaker.influence(
                influence.impact, by: UInt16(exactly: influence.cause) ?? Breaker.unknownCause, until: influence.until,
                routes.gates[gate].policy.breaker, now: now)
            if let change { news.append(.gate(gate, .breaker(change))) }
        }
    }

    /// The service that was cut off and bears on a gate now; nil where none does.
    func causeOfInfluence(on gate: Int, now: Instant) -> String? {
        gates[gate]?.breaker.influencedBy(now: now).map { services[Int($0)].name }
    }
}

extension BreakerState {
    /// No call passes.
    fileprivate var isOpen: Bool { self == .open || self == .forcedOpen }
}

extension BreakerCoordination {
    /// By the calls of a blueprint that their callers cannot do without.
    init(_ services: [Topology.Service]) {
        self.init(
            services: services.count,
            coreEdges: services.indices.flatMap { caller in
                services[caller].calls.filter { $0.criticality == .core }.map { (caller, $0.to) }
            })
    }
}

/// The links on which routers call, the latest 64: who has called a service has a gate before it, and wants to hear what
/// bears on it. What is told on one that is gone goes nowhere.
struct CallingRouters: Sendable {
    static let limit = 64
    private(set) var all: [ConnectionID] = []
    private var last: ConnectionID?

    /// A service was called on this link.
    @inline(__always)
    mutating func called(_ link: ConnectionID) { if link != last { note(link) } }

    @inline(never)
    private mutating func note(_ link: ConnectionID) {
        last = link
        guard !all.contains(link) else { return }
        if all.count >= Self.limit { all.removeFirst() }
        all.append(link)
    }
}
