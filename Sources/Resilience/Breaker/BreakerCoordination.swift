import MeshBase

/// Whom an opening has a bearing on (C12): against the direction of core edges, within one cell. Uncritical edges end it,
/// for their callers do without; influence itself is no opening and goes no further.
public struct BreakerCoordination: Sendable {
    /// What bears on a service's own gate, as a caller of it or a router sees that.
    public struct Influence: Sendable, Equatable {
        /// Index of the service that is influenced.
        public let service: Int
        /// 1/(1 + distance) of the nearest cause; 0: it ends.
        public let impact: Double
        /// Until when at most.
        public let until: Instant
        /// Index of the service whose gate opened, for the detail; of an end, the last cause.
        public let cause: Int
    }

    /// For each service its callers by core edges.
    private let callers: [[Int]]
    /// For each service until when its gate is open; nil: it is not.
    private var openUntil: [Instant?]
    private var known: [Influence?]

    /// How much an opening at this distance weighs; 1 is a direct caller.
    ///
    /// - Parameter distance: at least 0.
    public static func impact(distance: Int) -> Double { 1 / Double(1 + max(distance, 0)) }

    /// - Parameters:
    ///   - services: how many there are, by index.
    ///   - coreEdges: those whose caller cannot do without the callee. Of indices that there are not nothing is kept.
    public init(services: Int, coreEdges: [(caller: Int, callee: Int)]) {
        var callers = [[Int]](repeating: [], count: max(services, 0))
        for edge in coreEdges where callers.indices.contains(edge.callee) && callers.indices.contains(edge.caller) {
            if !callers[edge.callee].contains(edge.caller) { callers[edge.callee].append(edge.caller) }
        }
        self.callers = callers
        openUntil = Array(repeating: nil, count: callers.count)
        known = Array(repeating: nil, count: callers.count)
    }

    /// A gate before this service opened until then, or is open for longer.
    ///
    /// - Returns: whom it bears on otherwise than before.
    public mutating func opened(_ service: Int, until: Instant) -> [Influence] {
        guard openUntil.indices.contains(service) else { return [] }
        openUntil[service] = until
        return changes(cause: service)
    }

    /// A gate before this service is open no more: half-open, or closed.
    ///
    /// - Returns: whom it bears on otherwise than before.
    public mutating func ended(_ service: Int) -> [Influence] {
        guard openUntil.indices.contains(service), openUntil[service] != nil else { return [] }
        openUntil[service] = nil
        return changes(cause: service)
    }

    /// What bears on a service now.
    public func influence(on service: Int) -> Influence? {
        known.indices.contains(service) ? known[service] : nil
    }

    // Openings are rare and graphs small: all of it is found anew, from each cause outwards.
    private mutating func changes(cause: Int) -> [Influence] {
        var next = [Influence?](repeating: nil, count: callers.count)
        for (origin, until) in openUntil.enumerated() {
            guard let until else { continue }
            var seen = Array(repeating: false, count: callers.count)
            seen[origin] = true
            var ring = [origin]
            var distance = 1
            while !ring.isEmpty {
                var further: [Int] = []
                for service in ring {
                    for caller in callers[service] where !seen[caller] {
                        seen[caller] = true
                        further.append(caller)
                        let impact = Self.impact(distance: distance)
                        if let other = next[caller],
                            other.impact > impact || (other.impact == impact && other.until >= until)
                        {
                            continue
                        }
                        next[caller] = Influence(service: caller, impact: impact, until: until, cause: origin)
                    }
                }
                ring = further
                distance += 1
            }
        }
        var changes: [Influence] = []
        for service in callers.indices where next[service] != known[service] {
            changes.append(next[service] ?? Influence(service: service, impact: 0, until: .zero, cause: cause))
        }
        known = next
        return changes
    }
}
