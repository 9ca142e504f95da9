import MeshBase
import Store

/// What only the host of a cell has, asked of a control plane and by it of the host's agent.
package enum HostPage: Sendable, Equatable {
    /// The last lines of its log, 0 to `mostLines`.
    case log(String, lines: Int)
    /// What its store holds, of one customer or of all.
    case store(String, customer: String?)

    package static let mostLines = 10_000

    package var cell: String {
        switch self {
        case .log(let cell, _), .store(let cell, _): cell
        }
    }

    /// The page of an agent.
    var target: String {
        switch self {
        case .log(let cell, let lines): "/v1/agent/log?cell=\(cell)&lines=\(lines)"
        case .store(let cell, nil): "/v1/agent/store?cell=\(cell)"
        case .store(let cell, let customer?):
            "/v1/agent/store?cell=\(cell)&customer=\(PercentText.encoded(customer))"
        }
    }
}

/// The answer.
package struct HostPageReport: Codable, Sendable, Equatable {
    package var lines: [String]?
    package var store: StoreSummary?

    package init(lines: [String]? = nil, store: StoreSummary? = nil) {
        self.lines = lines
        self.store = store
    }
}
