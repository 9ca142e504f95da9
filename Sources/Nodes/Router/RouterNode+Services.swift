import MeshBase
import Resilience
import Sharding
import Wire

/// How a request to a service begins.
extension RouterNode {
    mutating func startService(
        _ request: DataRequest, now: Instant, into sink: inout some RouterSink
    ) -> SlabKey? {
        let assignment = assignment(of: request.customer)
        let shard = Self.services(of: assignment)
        let targets = askable(shard)
        guard !targets.isEmpty else {
            refuseNoCell(request.id, shard: shard, customer: request.customer, into: &sink)
            return nil
        }
        let slot = gates.slot(ofService: request.service)
        let kind = gates.kind(shard[0], slot)
        let priority = gates.priority(request.priority, kind: kind)
        var worth: ValueBreaker.Permit?
        // What cannot end in time costs nothing else: the call says so itself, before any attempt.
        if !isTooLate(request, gates.scopes[kind].plan) {
            guard
                admit(request, shard, priority, now: now, into: &sink),
                admit(request, shard, kind: kind, worth: &worth, now: now, into: &sink),
                passesThrottle(request, shard, targets, slot: slot, priority, now: now, into: &sink)
            else {
                if let worth { endWorth(worth, .cancelled, kind: kind, now: now) }
                return nil
            }
        }
        let limit = min(request.deadline ?? policy.requestTimeout, policy.requestTimeout)
        var operation = RouterOperation(
            request: request.id, customer: request.customer, method: request.method, priority: request.priority,
            shard: shard, epoch: assignment.epoch, started: now, deadline: now + limit, work: .service(-1))
        operation.isKeyed = request.isKeyed
        operation.service = request.service
        operation.trace = request.trace
        guard let key = operations.insert(operation) else {
            if let worth { endWorth(worth, .cancelled, kind: kind, now: now) }
            refuseOverloaded(request.id, shard: shard, customer: request.customer, into: &sink)
            return nil
        }
        let state = CallState(
            among: targets, deadline: request.deadline.map { now + $0 } ?? .distantFuture, safety: safety(of: request),
            in: &gates.scopes[kind], now: now)
        let place = calls.insert(state, kind: kind, slot: slot, priority: priority)
        calls[place].worth = worth
        calls[place].trace = followed(request)
        operations[key]!.work = .service(place)
        drive(key, place, nil, now: now, into: &sink)
        return operations.contains(key) ? key : nil
    }

    private func isTooLate(_ request: DataRequest, _ plan: borrowing CallPlan) -> Bool {
        guard let deadline = request.deadline else { return false }
        return plan.deadline.child(remaining: deadline, limit: plan.timeout) == nil
    }

    /// What doing it twice would do. Whichever cells are asked about a claimed key, one of them carries it out, or none.
    private func safety(of request: DataRequest) -> CallSafety {
        switch request.method {
        case .get, .head: .read
        case _ where request.isIdempotent: .idempotent
        default: isClaimed(request) ? .keyed : .once
        }
    }

    private func isClaimed(_ request: DataRequest) -> Bool {
        request.isKeyed && (request.isExplicit || keyedServices[request.service]?.takesRequestIDs == true)
            || keyedServices[request.service]?.isByBody == true
    }

    /// The order in which cells are asked: that of the shard in force, or in joint that of the joining one and then of who
    /// is only in the other.
    static func services(of assignment: Placement.Assignment) -> Shard {
        var shard = assignment.serving
        if assignment.phase == .joint { for cell in assignment.inForce { shard.append(cell) } }
        return shard
    }
}

// MARK: Refusals

extension RouterNode {
    /// Answers a client whose request was shed, by the cells that were asked or, of a record, by too many of them.
    mutating func refuseShed(
        _ request: RequestID, shard: Shard, customer: CustomerHash, _ shed: RouterOperation.Shed,
        service: ImpactObserver.Impact = .untouched, _ asked: String, into sink: inout some RouterSink
    ) {
        counters.shed[shed.priority] += 1
        refuse(
            request, status: Refusal.shed.status, shard: shard, customer: customer, wait: shed.wait, service: service,
            .shed(shed.priority, asked), into: &sink)
    }

    mutating func refuseNoCell(
        _ request: RequestID, shard: Shard, customer: CustomerHash, into sink: inout some RouterSink
    ) {
        refuse(
            request, status: 503, shard: shard, customer: customer, wait: .seconds(1), .shardDown(shard.count),
            into: &sink)
    }

    mutating func refuseOverloaded(
        _ request: RequestID, shard: Shard, customer: CustomerHash, into sink: inout some RouterSink
    ) {
        counters.overloaded += 1
        refuse(
            request, status: 503, shard: shard, customer: customer, wait: .seconds(1),
            DataProblem(
                "router-overloaded", title: "The router has too many requests in work",
                detail: "\(operations.limit) requests are in work; try again later.", policy: "admission"), into: &sink)
    }
}
