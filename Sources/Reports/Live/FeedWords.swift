/// What the feed says of a cell as a whole.
package enum FeedCellState: String, Sendable, Codable, CaseIterable {
    /// Nothing is known that would say: no state is told, or nobody has seen the cell lately.
    case unknown
    case starting, serving, degraded, refilling, unreachable, paused, down, evacuated, drained

    /// As the control plane judges a process (`ProcessFacts.state`).
    package init(_ state: ProcessState) {
        switch state {
        case .starting: self = .starting
        case .serving: self = .serving
        case .degraded: self = .degraded
        case .refilling: self = .refilling
        case .unreachable: self = .unreachable
        case .paused: self = .paused
        case .down: self = .down
        case .evacuated: self = .evacuated
        case .drained: self = .drained
        }
    }

    /// Whether customers are served there.
    package var serves: Bool { [.serving, .degraded, .refilling, .evacuated].contains(self) }
    /// Whether customers of it are known not to be served there; nothing known is no loss.
    package var isOut: Bool { [.starting, .unreachable, .paused, .down].contains(self) }
}

/// What the process table says.
package enum ProcessWitness: String, Sendable, Codable, CaseIterable {
    case unknown, running, starting, stopped, gone
}

/// What the membership believes, as the control plane's own member has it.
package enum GossipWitness: String, Sendable, Codable, CaseIterable {
    case unknown, alive, suspect, dead, left
}

/// What the routers that told lately say: all reach it, some, none.
package enum TrafficWitness: String, Sendable, Codable, CaseIterable {
    case unknown, reached, partly, none
}

/// What is the matter with a cell: the first of these that holds.
package enum FeedCondition: String, Sendable, Codable, CaseIterable {
    /// Nothing known to be.
    case none
    /// One witness says that it lives, another that it does not.
    case differ
    /// It has told nothing for a while.
    case silent = "no-news"
    /// Some routers reach it, and some do not.
    case partly = "partly-reached"
    /// Named by a detector.
    case zombie, slowpoke, flapper, liar, amnesiac
    /// Its store fails, takes no more writes, or gets back what it lost.
    case storeBroken = "store-broken"
    case storeFull = "store-full"
    case refilling
    /// It says that it cannot serve.
    case unready = "not-ready"
    /// Its fullest pool is used by more than 80 %.
    case crowded = "pool-full"
    /// A level of degradation is in force.
    case reduced
    /// It is not healthy by its own probes.
    case unhealthy
}
