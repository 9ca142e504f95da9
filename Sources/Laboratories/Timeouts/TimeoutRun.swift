import MeshBase
import Resilience

/// One request through the services of a cell in virtual time, by the call engine of meshes: with the limits, attempts and
/// waits that the sums are made of. Budgets, gates and hedges have no part in it; whoever's call fails goes on without it.
struct TimeoutRun: Sendable {
    /// Whose answers take up the share of their limits.
    enum Slow: Sendable {
        /// All that the service calls that the request comes in at.
        case callees
        /// Services that call nobody.
        case leaves
    }

    /// What became of the request.
    struct Findings: Sendable, Equatable {
        /// Until it was over, one way or the other.
        var took: TimeAmount
        var isAnswered: Bool
        /// Calls of services to each other and of the router.
        var calls: Int
        /// Work for attempts that were given up, as long as it went on.
        var abandoned: TimeAmount
    }

    private enum Event: Sendable {
        case timer(call: Int, at: Instant)
        case answer(call: Int, CallToken)
        case work(node: Int)
        case join(node: Int, step: Int)
    }

    private struct Call: Sendable {
        let edge: TimeoutHierarchy.Edge
        let began: Instant
        /// The service at work that made it; nil: the router.
        let parent: Int?
        var armed = Instant.distantFuture
        /// Services at work for its attempts, by token.
        var nodes: [UInt8: Int] = [:]
        var isOver = false
    }

    /// A service at work on one attempt.
    private struct Node: Sendable {
        let service: Int
        let call: Int
        let token: CallToken
        let began: Instant
        /// The step that is under way.
        var step = -1
        /// Calls of it that are out.
        var open: Set<Int> = []
        var isOver = false
    }

    private let hierarchy: TimeoutHierarchy
    private let root: TimeoutHierarchy.Edge
    private let slow: Slow
    private let share: Double
    private var states: [CallState] = []
    private var scopes: [CallScope] = []
    private var calls: [Call] = []
    private var nodes: [Node] = []
    private var agenda = Agenda<Event>()
    private var random = Generator(seed: 1, concern: "lab/timeouts")
    private var findings: Findings?
    private var abandoned = TimeAmount.zero
    /// More calls than these are not followed: attempts multiply from layer to layer.
    static let mostCalls = 5_000

    /// - Parameter share: of its limit that a slow answer takes up, 0...1; at 1 it comes in the last instant.
    init(_ hierarchy: TimeoutHierarchy, _ root: TimeoutHierarchy.Edge, _ slow: Slow, share: Double) {
        self.hierarchy = hierarchy
        self.root = root
        self.slow = slow
        self.share = share
    }

    /// - Parameter isUnlimited: the router waits for as long as it takes.
    /// - Returns: nil where attempts multiply beyond what is followed.
    mutating func run(isUnlimited: Bool = false) -> Findings? {
        let day = TimeAmount.hours(240)
        begin(isUnlimited ? .init(to: root.callee, timeout: day) : root, parent: nil)
        while findings == nil, calls.count <= Self.mostCalls, let event = agenda.next(before: .zero + day) {
            switch event {
            case .timer(let call, let at): elapsed(call, at)
            case .answer(let call, let token): ended(call, token)
            case .work(let node): advance(node, from: -1)
            case .join(let node, let step): join(node, step)
            }
        }
        return findings
    }

    private var now: Instant { agenda.now }

    // MARK: Calls

    private mutating func begin(_ edge: TimeoutHierarchy.Edge, parent: Int?) {
        var timeouts = TimeoutPolicy.local
        timeouts.call = edge.timeout
        timeouts.attempt = edge.attempt
        timeouts.progressive = edge.progressive
        timeouts.adaptive = nil
        let wait = edge.attempts > 1 ? edge.backoffs / Int64(edge.attempts - 1) : .zero
        let plan = CallPlan(
            isSpread: false, timeouts: timeouts, deadline: .none,
            retry: RetryPolicy(
                attempts: edge.attempts, backoff: BackoffPolicy(.constant, base: wait, cap: wait),
                budget: RetryBudgetPolicy(ratio: 10, floor: 1_000_000)), hedge: .off)
        var scope = CallScope(plan)
        states.append(CallState(targets: 1, safety: .read, in: &scope, now: now))
        scopes.append(scope)
        calls.append(Call(edge: edge, began: now, parent: parent))
        if let parent { nodes[parent].open.insert(calls.count - 1) }
        drain(calls.count - 1)
    }

    private mutating func elapsed(_ call: Int, _ at: Instant) {
        guard !calls[call].isOver, calls[call].armed == at else { return }
        calls[call].armed = .distantFuture
        states[call].elapsed(in: &scopes[call], now: now, using: &random)
        drain(call)
    }

    private mutating func ended(_ call: Int, _ token: CallToken) {
        guard !calls[call].isOver else { return }
        states[call].ended(token, .ok, in: &scopes[call], now: now, using: &random)
        drain(call)
    }

    private mutating func drain(_ call: Int) {
        while !calls[call].isOver, let directive = states[call].next(in: &scopes[call], now: now) {
            switch directive {
            case .start(let start): send(call, start.token)
            case .cancel(let cancel):
                if let node = calls[call].nodes.removeValue(forKey: cancel.token.rawValue) { giveUp(node) }
            case .overdue: break
            case .arm(let at):
                calls[call].armed = at
                agenda.add(.timer(call: call, at: at), at: at)
            case .settle(let how, _): settle(call, how)
            }
        }
    }

    private mutating func send(_ call: Int, _ token: CallToken) {
        guard let limit = states[call].sent(token, in: &scopes[call], now: now) else { return }
        let edge = calls[call].edge
        if isSlow(edge.callee, calls[call]) {
            // The last instant is still in time. What was due while nobody asked comes at once.
            let whole = edge.need * share
            let due = max(calls[call].began + min(whole, edge.need - .nanoseconds(1)), now)
            if due < now + limit { agenda.add(.answer(call: call, token), at: due) }
            return
        }
        nodes.append(Node(service: edge.callee, call: call, token: token, began: now))
        calls[call].nodes[token.rawValue] = nodes.count - 1
        agenda.add(.work(node: nodes.count - 1), at: now + hierarchy.services[edge.callee].work)
    }

    private func isSlow(_ service: Int, _ call: Call) -> Bool {
        switch slow {
        case .callees: call.parent != nil
        case .leaves: hierarchy.services[service].steps.isEmpty
        }
    }

    private mutating func settle(_ call: Int, _ how: CallSettlement) {
        calls[call].isOver = true
        for node in calls[call].nodes.values.sorted() { giveUp(node) }
        guard let parent = calls[call].parent else {
            let isAnswered = if case .answer = how { true } else { false }
            findings = Findings(
                took: now - calls[call].began, isAnswered: isAnswered, calls: calls.count, abandoned: abandoned)
            return
        }
        guard !nodes[parent].isOver, nodes[parent].open.remove(call) != nil, nodes[parent].open.isEmpty else { return }
        advance(parent, from: nodes[parent].step)
    }

    // MARK: Services at work

    private mutating func advance(_ node: Int, from step: Int) {
        guard !nodes[node].isOver, nodes[node].step == step else { return }
        let steps = hierarchy.services[nodes[node].service].steps
        let next = step + 1
        nodes[node].step = next
        guard next < steps.count else {
            nodes[node].isOver = true
            let (call, token) = (nodes[node].call, nodes[node].token)
            calls[call].nodes[token.rawValue] = nil
            return ended(call, token)
        }
        if case .parallel(_, let within?) = steps[next] {
            agenda.add(.join(node: node, step: next), at: now + within)
        }
        for edge in steps[next].edges { begin(edge, parent: node) }
    }

    /// Nobody waits for the rest of a group any more.
    private mutating func join(_ node: Int, _ step: Int) {
        guard !nodes[node].isOver, nodes[node].step == step else { return }
        let open = nodes[node].open.sorted()
        nodes[node].open = []
        for call in open { withdraw(call) }
        advance(node, from: step)
    }

    private mutating func withdraw(_ call: Int) {
        guard !calls[call].isOver else { return }
        states[call].withdrawn(in: &scopes[call], now: now)
        drain(call)
    }

    private mutating func giveUp(_ node: Int) {
        guard !nodes[node].isOver else { return }
        nodes[node].isOver = true
        abandoned = abandoned + (now - nodes[node].began)
        let open = nodes[node].open.sorted()
        nodes[node].open = []
        for call in open { withdraw(call) }
    }
}
