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

    /// All edges, from `entries` on, whose attempts are too short; each once, by the path that was found first.
    ///
    /// - Parameters:
    ///   - entry: the name of who calls from outside, as `router`.
    ///   - entries: its calls.
    public func violations(from entry: String, _ entries: [Edge]) -> [Violation] {
        var state = Search(count: services.count)
        for edge in entries { check(edge, [entry], &state) }
        return state.found
    }

    private struct Search {
        var needs: [TimeAmount?]
        var isOnPath: [Bool]
        var isChecked: [Bool]
        var found: [Violation] = []

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
        var sum = services[service].work
        for step in services[service].steps {
            switch step {
            case .call(let edge):
                guard let need = need(edge, &state) else { return nil }
                sum = sum + need
            case .parallel(let edges, let within):
                var longest = TimeAmount.zero
                for edge in edges {
                    guard let need = need(edge, &state) else { return nil }
                    longest = max(longest, need)
                }
                sum = sum + min(longest, within ?? longest)
            }
        }
        state.needs[service] = sum
        return sum
    }

    /// What its attempts may take bounds it, whatever the callee would need; only a circle below has no figure.
    private func need(_ edge: Edge, _ state: inout Search) -> TimeAmount? {
        need(edge.callee, &state).map { _ in edge.need }
    }

    private func check(_ edge: Edge, _ path: [String], _ state: inout Search) {
        guard services.indices.contains(edge.callee) else { return }
        let path = path + [services[edge.callee].name]
        guard !state.isOnPath[edge.callee] else {
            state.found.append(
                Violation(
                    path: path, longest: [], limit: edge.attempt,
                    wanted: .nanoseconds(.max), isCircle: true))
            return
        }
        var fresh = Search(count: services.count)
        if let need = need(edge.callee, &fresh) {
            let wanted = need / 1_000 * Self.marginThousandths
            // Of the first attempt: that later ones have more does not help it.
            if edge.progressive.limit(edge.attempt, attempt: 0) < wanted {
                state.found.append(
                    Violation(
                        path: path, longest: longest(below: edge.callee), limit: edge.attempt, wanted: wanted,
                        isCircle: false))
            }
        }
        guard !state.isChecked[edge.callee] else { return }
        state.isOnPath[edge.callee] = true
        for step in services[edge.callee].steps {
            switch step {
            case .call(let next): check(next, path, &state)
            case .parallel(let edges, _): for next in edges { check(next, path, &state) }
            }
        }
        state.isOnPath[edge.callee] = false
        state.isChecked[edge.callee] = true
    }

    /// The names along the calls that need the most, one level after the other.
    private func longest(below service: Int) -> [String] {
        var (names, at): ([String], Int) = ([], service)
        while names.count < services.count {
            var longest: Edge?
            for step in services[at].steps {
                let edges: [Edge] =
                    switch step {
                    case .call(let edge): [edge]
                    case .parallel(let edges, _): edges
                    }
                for edge in edges where services.indices.contains(edge.callee) && edge.need > longest?.need ?? .zero {
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
