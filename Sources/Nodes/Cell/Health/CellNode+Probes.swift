import MeshBase
import Replication
import Resilience
import Wire

/// The probes that ask more of the cell than a look at itself: its store, what its services call, a whole call.
extension CellNode {
    /// Makes those that are due.
    mutating func makeProbes(now: Instant, into sink: inout some CellSink) {
        if selfLook.begins(.deep, now: now) { probeStore(now: now, into: &sink) }
        if now >= selfLook.dependencies.nextDue { probeDependencies(now: now, into: &sink) }
        if selfLook.begins(.synthetic, now: now) { callItself(now: now, into: &sink) }
    }

    // MARK: The store

    /// The key of no client: the store is asked for the version of a record that nobody writes.
    private static let probeName = Array("cellmesh-probe".utf8)

    private mutating func probeStore(now: Instant, into sink: inout some CellSink) {
        // One that does not answer is not asked again: what it owes is the answer to this probe, too.
        guard !isStoreProbed else { return }
        guard let ticket = orders.insert(PendingOrder(purpose: .probe)) else {
            return selfLook.ended(.deep, isGood: false, "the store takes no more orders", now: now) {
                sink.emit(.health($0))
            }
        }
        isStoreProbed = true
        give(
            StoreOrder(
                ticket: ticket.rawValue, customer: Self.probeName, key: Self.probeName, epoch: .first,
                operation: .version), of: CustomerHash(rawValue: 0), into: &sink)
    }

    /// Each second while the store is full: who refuses every write gets none that would tell that there is room again.
    mutating func probeRoom(into sink: inout some CellSink) {
        guard !isRoomProbed, let ticket = orders.insert(PendingOrder(purpose: .room)) else { return }
        isRoomProbed = true
        give(
            StoreOrder(
                ticket: ticket.rawValue, customer: Self.probeName, key: Self.probeName, epoch: .first, operation: .room),
            of: CustomerHash(rawValue: 0), into: &sink)
    }

    /// Whatever it answers but that it cannot: a store without a vote has read its file, too.
    mutating func storeProbed(_ outcome: StoreAnswer.Outcome, now: Instant, into sink: inout some CellSink) {
        isStoreProbed = false
        let isGood = if case .failed = outcome { false } else { true }
        selfLook.ended(.deep, isGood: isGood, "the store answered: \(outcome)", now: now) { sink.emit(.health($0)) }
    }

    // MARK: What services call

    private mutating func probeDependencies(now: Instant, into sink: inout some CellSink) {
        // The pools do not change by being asked.
        var answers: [StaticString?] = []
        var names: [String] = []
        for gate in graph.routes.gates.indices {
            answers.append(graph.troubleOf(service: graph.routes.gates[gate].callee))
            names.append(graph.gateName(gate))
        }
        selfLook.probeDependencies(now: now, ask: { answers[$0] }, name: { names[$0] }) { sink.emit(.health($0)) }
        for gate in answers.indices { graph.probed(gate, isGood: answers[gate] == nil, now: now) }
    }

    // MARK: A whole call

    private mutating func callItself(now: Instant, into sink: inout some CellSink) {
        guard let name = graph.policies.syntheticService, let timeout = graph.policies.probes?[.synthetic].timeout,
            let service = graph.services.firstIndex(where: { $0.name == name })
        else {
            return selfLook.ended(.synthetic, isGood: false, "there is no such service", now: now) {
                sink.emit(.health($0))
            }
        }
        guard hasStarted else {
            return selfLook.ended(.synthetic, isGood: false, "the cell has not started", now: now) {
                sink.emit(.health($0))
            }
        }
        graph.probe(service, deadline: now + timeout, now: now, into: &sink)
    }

    mutating func syntheticEnded(_ outcome: ServiceOutcome, now: Instant, into sink: inout some CellSink) {
        // That room is kept for what matters more is no defect.
        let isGood = if case .shed = outcome { true } else { outcome == .ok }
        selfLook.ended(.synthetic, isGood: isGood, "the call ended as \(outcome)", now: now) { sink.emit(.health($0)) }
    }
}

extension ServiceGraph {
    /// Why a service takes no work now; nil: it does.
    func troubleOf(service: Int) -> StaticString? {
        if let program = programs[service], !program.life.isReady { return "has no program that is ready" }
        let pool = pools[service]
        return pool.hasFreeWorker || pool.waiting < pool.queueLimit ? nil : "has no worker and no place in its queue"
    }

    /// A probe of what a gate leads to has ended. Gates that no call has made yet have nobody to tell.
    mutating func probed(_ gate: Int, isGood: Bool, now: Instant) {
        guard gates[gate] != nil else { return }
        let health = health(of: routes.gates[gate].callee)
        let changes = gates[gate]?.probed(
            isGood: isGood, health: health, routes.gates[gate].policy, now: now, using: &gateCoins)
        for change in [changes?.0, changes?.1] {
            if let change { news.append(.gate(gate, .breaker(change))) }
        }
    }

    /// Calls a service for the cell itself, as a client's call of the service's own class.
    mutating func probe(_ service: Int, deadline: Instant, now: Instant, into sink: inout some CellSink) {
        _ = begin(
            Invocation(
                service: service, owner: .probe, customer: CustomerHash(rawValue: 0),
                priority: .granted(nil, declared: services[service].priority), deadline: deadline, isProbe: true),
            request: ProgramRequest(customer: Array("synthetic".utf8), isProbe: true), now: now, into: &sink)
        runSteps(now: now, into: &sink)
    }
}
