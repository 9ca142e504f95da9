import MeshBase

/// What calls what, as far as time is concerned: the question is whether each caller has the time that its callees may
/// take. Names are for the report only.
public struct TimeoutHierarchy: Sendable {
    /// One call from a service to another, or from outside.
    public struct Edge: Sendable {
        /// Index of the service that is called.
        public var callee: Int
        /// The whole call.
        public var timeout: TimeAmount
        /// One attempt, before `progressive`.
        public var attempt: TimeAmount
        /// By how much the limit of each attempt rises.
        public var progressive: ProgressiveFactors
        /// Attempts at most.
        public var attempts: Int
        /// All waits between them at their longest.
        public var backoffs: TimeAmount

        /// A call of a service, with its limits and what it does after a failure.
        public init(
            to callee: Int, timeout: TimeAmount, attempt: TimeAmount? = nil, progressive: ProgressiveFactors = .even,
            attempts: Int = 1, backoffs: TimeAmount = .zero
        ) {
            self.callee = callee
            self.timeout = timeout
            self.attempt = min(attempt ?? timeout, timeout)
            self.progressive = progressive
            self.attempts = min(max(attempts, 1), 16)
            self.backoffs = backoffs
        }

        /// What all attempts and waits take at most.
        public var attemptsNeed: TimeAmount {
            var sum = backoffs
            for n in 0..<attempts { sum = sum + progressive.limit(attempt, attempt: n) }
            return sum
        }

        /// What a caller has to give it.
        public var need: TimeAmount { min(timeout, attemptsNeed) }
    }

    /// One after the other, or at once.
    public enum Step: Sendable {
        case call(Edge)
        /// - within: `join-within`, after which nobody waits any more.
        case parallel([Edge], within: TimeAmount?)

        /// Its calls.
        public var edges: [Edge] {
            switch self {
            case .call(let edge): [edge]
            case .parallel(let edges, _): edges
            }
        }
    }

    /// One service.
    public struct Service: Sendable {
        /// As files write it.
        public var name: String
        /// Its own work: p99 of waiting, and time on a processor.
        public var work: TimeAmount
        /// What it calls, one after the other.
        public var steps: [Step]

        /// A service, the time of its own work, and its calls.
        public init(_ name: String, work: TimeAmount, steps: [Step] = []) {
            self.name = name
            self.work = work
            self.steps = steps
        }
    }

    /// An attempt that is shorter than 1.2 times what its callee needs, or a circle.
    public struct Violation: Sendable, Equatable {
        /// From where the call comes in to the service that needs more: `router`, `checkout`, `payment`.
        public let path: [String]
        /// And on to what takes the longest below it.
        public let longest: [String]
        /// What an attempt has.
        public let limit: TimeAmount
        /// What it should have: 1.2 x need; `distantFuture` of a circle.
        public let wanted: TimeAmount
        /// Whether the path leads back into itself.
        public let isCircle: Bool
    }

    /// One call with the time that its first attempt has, and what that should be.
    public struct Call: Sendable, Equatable {
        /// From where the call comes in to the service that is called: `router`, `checkout`, `payment`.
        public let path: [String]
        /// Index of the service that is called.
        public let service: Int
        /// One attempt, before `progressive`.
        public let attempt: TimeAmount
        /// What the first attempt has: that later ones have more does not help it.
        public let limit: TimeAmount
        /// Attempts at most.
        public let attempts: Int
        /// The callee's own work,
        public let work: TimeAmount
        /// its calls one after the other,
        public internal(set) var serial = TimeAmount.zero
        /// and its groups, of each the longest.
        public internal(set) var parallel = TimeAmount.zero
        /// What an attempt should have: 1.2 times the three; `distantFuture` of a circle.
        public internal(set) var wanted = TimeAmount.zero
        /// Whether the path leads back into itself.
        public internal(set) var isCircle = false

        init(path: [String], service: Int, edge: Edge, work: TimeAmount) {
            self.path = path
            self.service = service
            attempt = edge.attempt
            limit = edge.progressive.limit(edge.attempt, attempt: 0)
            attempts = edge.attempts
            self.work = work
        }

        /// Whether it has the time that it should have.
        public var fits: Bool { !isCircle && limit >= wanted }
    }

    /// All services.
    public var services: [Service]

    /// The services of one blueprint.
    public init(_ services: [Service]) { self.services = services }

    /// A caller has so many thousandths of what its callee needs: the way there and back, and what nobody counted.
    static let marginThousandths: Int64 = 1_200
}

extension TimeoutHierarchy {
    /// What a service needs for one request: its own work, its serial calls one after the other, and of each group that
    /// goes at once the longest, or as long as anybody waits for it. Nil if it calls itself on the way.
    public func need(of service: Int) -> TimeAmount? {
        var state = Search(count: services.count)
        return need(service, &state)
    }

    /// What a caller has to give an attempt at a service: 1.2 times what it needs. Nil if it calls itself on the way.
    public func wanted(for service: Int) -> TimeAmount? { need(of: service).map(Self.wanted) }

    /// All edges, from `entries` on, whose attempts are too short; each once, by the path that was found first.
    ///
    /// - Parameters:
    ///   - entry: the name of who calls from outside, as `router`.
    ///   - entries: its calls.
    public func violations(from entry: String, _ entries: [Edge]) -> [Violation] {
        calls(from: entry, entries).filter { !$0.fits }.map { call in
            Violation(
                path: call.path, longest: call.isCircle ? [] : longest(below: call.service), limit: call.attempt,
                wanted: call.wanted, isCircle: call.isCircle)
        }
    }

    /// All edges, from `entries` on, with the time that they have and need; each once, by the path that was found first.
    ///
    /// - Parameters:
    ///   - entry: the name of who calls from outside, as `router`.
    ///   - entries: its calls.
    public func calls(from entry: String, _ entries: [Edge]) -> [Call] {
        var state = Search(count: services.count)
        for edge in entries { check(edge, [entry], &state) }
        return state.found
    }

    private static func wanted(_ need: TimeAmount) -> TimeAmount { need / 1_000 * marginThousandths }

    private struct Search {
        var needs: [TimeAmount?]
        var isOnPath: [Bool]
        var isChecked: [Bool]
        var found: [Call] = []

        init(count: Int) {
            needs = Array(repeating: nil, count: count)
            isOnPath = Array(repeating: false, count: count)
            isChecked = isOnPath
        }
    }

    private func need(_ service: Int, _ state: inout Search) -> TimeAmount? {
        guard services.indices.contains(service) else { return .zero }
        if let known = state.needs[service] { return known }
        guard !state.isOnPath[service] else { return nil }
        state.isOnPath[service] = true
        defer { state.isOnPath[service] = false }
        guard let parts = parts(service, &state) else { return nil }
        let sum = services[service].work + parts.serial + parts.parallel
        state.needs[service] = sum
        return sum
    }

    /// What its calls one after the other need, and its groups.
    private func parts(_ service: Int, _ state: inout Search) -> (serial: TimeAmount, parallel: TimeAmount)? {
        var parts = (serial: TimeAmount.zero, parallel: TimeAmount.zero)
        for step in services[service].steps {
            switch step {
            case .call(let edge):
                guard let need = need(edge, &state) else { return nil }
                parts.serial = parts.serial + need
            case .parallel(let edges, let within):
                var longest = TimeAmount.zero
                for edge in edges {
                    guard let need = need(edge, &state) else { return nil }
                    longest = max(longest, need)
                }
                parts.parallel = parts.parallel + min(longest, within ?? longest)
            }
        }
        return parts
    }

    /// What its attempts may take bounds it, whatever the callee would need; only a circle below has no figure.
    private func need(_ edge: Edge, _ state: inout Search) -> TimeAmount? {
        need(edge.callee, &state).map { _ in edge.need }
    }

    private func check(_ edge: Edge, _ path: [String], _ state: inout Search) {
        guard services.indices.contains(edge.callee) else { return }
        let path = path + [services[edge.callee].name]
        var call = Call(path: path, service: edge.callee, edge: edge, work: services[edge.callee].work)
        guard !state.isOnPath[edge.callee] else {
            call.isCircle = true
            call.wanted = .nanoseconds(.max)
            state.found.append(call)
            return
        }
        var fresh = Search(count: services.count)
        if let parts = parts(edge.callee, &fresh) {
            (call.serial, call.parallel) = parts
            call.wanted = Self.wanted(call.work + parts.serial + parts.parallel)
            state.found.append(call)
        }
        guard !state.isChecked[edge.callee] else { return }
        state.isOnPath[edge.callee] = true
        for step in services[edge.callee].steps {
            for next in step.edges { check(next, path, &state) }
        }
        state.isOnPath[edge.callee] = false
        state.isChecked[edge.callee] = true
    }

    /// The names along the calls that need the most, one level after the other.
    public func longest(below service: Int) -> [String] {
        guard services.indices.contains(service) else { return [] }
        var (names, at): ([String], Int) = ([], service)
        while names.count < services.count {
            var longest: Edge?
            for step in services[at].steps {
                for edge in step.edges
                where services.indices.contains(edge.callee) && edge.need > longest?.need ?? .zero {
                    longest = edge
                }
            }
            guard let next = longest else { return names }
            names.append(services[next.callee].name)
            at = next.callee
        }
        return names
    }
}

extension TimeoutHierarchy.Violation {
    /// As it is said: with the path, what there is and what would do.
    public var explanation: Explanation {
        let way = path.joined(separator: " > ")
        guard !isCircle else { return Explanation("\(way) leads back into itself, so no limit is long enough") }
        let through = longest.isEmpty ? "" : ", most of it for \(longest.joined(separator: " > "))"
        return Explanation(
            "\(way): an attempt has \(ShortNumber.text(limit.seconds, places: 3)) s and should have "
                + "\(ShortNumber.text(wanted.seconds, places: 3)) s\(through)",
            [.init("limit_ms", limit.milliseconds), .init("wanted_ms", wanted.milliseconds)])
    }
}
