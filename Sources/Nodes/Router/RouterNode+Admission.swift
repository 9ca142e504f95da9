import MeshBase
import Resilience
import Sharding
import Wire

/// What a router takes up at all, in the order of the policies: classes by load and pressure, rates, worth, throttle.
extension RouterNode {
    /// Whether a request of this class is taken up beside those that are in work.
    mutating func admit(
        _ request: DataRequest, _ shard: Shard, _ priority: Priority, now: Instant, into sink: inout some RouterSink
    ) -> Bool {
        guard admission != nil else { return true }
        mostInWork = max(mostInWork, operations.count)
        let verdict = admission!.admit(priority, inWork: operations.count, random: &random)
        note(verdict, priority, of: request, now: now, into: &sink)
        guard verdict != .admitted else { return true }
        refuse(
            request.id, status: 503, shard: shard, customer: request.customer, wait: shedWait,
            .shedHere(priority, isEarly: verdict == .early), into: &sink)
        return false
    }

    /// Whether the rates of this router and of the service allow it, and its worth may be put at risk.
    mutating func admit(
        _ request: DataRequest, _ shard: Shard, kind: Int?, worth: inout ValueBreaker.Permit?, now: Instant,
        into sink: inout some RouterSink
    ) -> Bool {
        let customer = request.customer.rawValue
        let isAdmitted = limiter == nil || limiter!.admit(customer, now: now)
        if limiter != nil { noteRate(isAdmitted, kind: nil, of: request, now: now, into: &sink) }
        if !isAdmitted {
            let wait = limiter!.retryAfter(customer, now: now)
            limit(request, shard, wait, .rateLimited(isService: false), into: &sink)
            return false
        }
        guard let kind else { return true }
        let isRated = gates.limiters[kind] == nil || gates.limiters[kind]!.admit(customer, now: now)
        if gates.limiters[kind] != nil { noteRate(isRated, kind: kind, of: request, now: now, into: &sink) }
        if !isRated {
            let wait = gates.limiters[kind]!.retryAfter(customer, now: now)
            limit(request, shard, wait, .rateLimited(isService: true), into: &sink)
            return false
        }
        guard gates.values[kind] != nil else { return true }
        return admitWorth(request, shard, kind: kind, worth: &worth, now: now, into: &sink)
    }

    private mutating func admitWorth(
        _ request: DataRequest, _ shard: Shard, kind: Int, worth: inout ValueBreaker.Permit?, now: Instant,
        into sink: inout some RouterSink
    ) -> Bool {
        let policy = gates.values[kind]!.policy
        guard let value = request.worth ?? (policy.isRequired ? nil : .zero) else {
            refuse(
                request.id, status: 400, shard: shard, customer: request.customer, .valueRequired, into: &sink)
            return false
        }
        // Two spellings of one name are one account.
        let sent = request.worthKey
        let decoded = sent.contains(UInt8(ascii: "%")) ? HTTPName.decode(sent) : nil
        let key = policy.per == .service ? 0 : decoded?.withUnsafeBytes { StableHash.hash($0) } ?? StableHash.hash(sent)
        let name = decoded.map { String(decoding: $0, as: UTF8.self) } ?? String(decoding: sent, as: UTF8.self)
        let account = policy.per == .service ? "all" : name.isEmpty ? "no key" : name
        switch gates.values[kind]!.admit(
            key: key, name: account, value: value, now: now, random: &random)
        {
        case .admitted(let permit):
            worth = permit
            noteWorth(nil, key: key, value, kind: kind, of: request, now: now, into: &sink)
            return true
        case .refused(let why):
            noteWorth(why, key: key, value, kind: kind, of: request, now: now, into: &sink)
            let wait = gates.values[kind]!.retryAfter(key: key, why, value: value, now: now)
            var problem = DataProblem.worthRefused(why)
            if why == .capital, value > policy.atRisk { problem.detail = DataProblem.neverTaken }
            problem.gate = gates.kinds[kind].name
            limit(request, shard, wait, problem, into: &sink)
            return false
        }
    }

    mutating func endWorth(_ permit: ValueBreaker.Permit, _ outcome: Outcome, kind: Int, now: Instant) {
        gates.values[kind]!.end(permit, outcome, now: now, random: &random)
    }

    /// Whether the gates of the cells that may be asked do not all hold the request back by themselves: what one cell refuses
    /// mostly, another may take up.
    mutating func passesThrottle(
        _ request: DataRequest, _ shard: Shard, _ targets: TargetSet, slot: Int, _ priority: Priority, now: Instant,
        into sink: inout some RouterSink
    ) -> Bool {
        var rest = targets
        var first: Int?
        while let position = choose(from: shard, among: rest, slot: slot, priority: priority, now: now) {
            let gate = gates.gate(shard[position], slot, now: now)
            guard gate >= 0,
                gates.gates[gate].holdsBack(policy(ofGate: gate), priority: priority, now: now, using: &random)
            else { return true }
            first = first ?? gate
            rest.remove(TargetSet(position: position))
        }
        guard let gate = first else { return true }
        counters.throttled[priority] += 1
        noteThrottle(gate, priority, of: request, now: now, into: &sink)
        var problem = DataProblem.throttled
        problem.gate = name(ofGate: gate)
        refuse(
            request.id, status: 503, shard: shard, customer: request.customer, wait: shedWait, problem, into: &sink)
        return false
    }

    private mutating func limit(
        _ request: DataRequest, _ shard: Shard, _ wait: TimeAmount?, _ problem: DataProblem,
        into sink: inout some RouterSink
    ) {
        // What no wait helps is told none.
        let wait = wait.map { max($0, .milliseconds(1)) } ?? .zero
        let status: UInt16 = problem.policy.description == "rate-limit" ? 429 : 503
        refuse(request.id, status: status, shard: shard, customer: request.customer, wait: wait, problem, into: &sink)
    }
}

extension DataProblem {
    static func shedHere(_ priority: Priority, isEarly: Bool) -> DataProblem {
        DataProblem(
            isEarly ? "early-shed" : "shed", title: "Room is kept for requests that matter more",
            detail: (isEarly
                ? "The router is loaded and refuses a share of its requests"
                : "The router is loaded and sheds requests of priority \(priority.name)")
                + ". Nothing was begun; repeat it after the time that Retry-After says.",
            policy: isEarly ? "early-shed" : "shedding")
    }

    static func rateLimited(isService: Bool) -> DataProblem {
        DataProblem(
            "rate-limit", title: "Too many requests in a time",
            detail: "More come than '\(isService ? "rate" : "routing.rate")' allows. Nothing was begun; repeat it "
                + "after the time that Retry-After says.", policy: "rate-limit")
    }

    static func worthRefused(_ why: ValueBreaker.Refusal) -> DataProblem {
        let (title, detail): (StaticString, String) =
            switch why {
            case .open:
                ("Requests of this kind go wrong", "Too much of this account failed, so that nothing is put at risk")
            case .capital: ("Too much is at risk", "With it more would be on its way than 'value.at-risk' allows")
            case .rate: ("Too many requests in a time", "More come than 'value.rate' allows")
            case .valueRate: ("Too much worth in a time", "More comes than 'value.value-rate' allows")
            }
        return DataProblem(
            why.policy.name, title: title,
            detail: detail + ". Nothing was begun; repeat it after the time that Retry-After says.",
            policy: why.policy.name)
    }

    static let neverTaken =
        "It alone is worth more than 'value.at-risk' of the service allows: it is never taken up as it is. Nothing was begun."

    static let valueRequired = DataProblem(
        "value-required", title: "This service wants to know what a request is worth",
        detail: "Send X-Value, a number of at least 0 such as 1250.50.", policy: "value")

    static let throttled = DataProblem(
        "throttled", title: "Most requests to this service are refused now",
        detail: "So the router holds a share of them back by itself. Nothing was begun; repeat it after the time that "
            + "Retry-After says.", policy: "throttle")
}
