import MeshBase

/// Calls of a service that are made at once (C29): `parallel` among its `calls`.
public struct ParallelCalls: Sendable, Codable, Equatable {
    /// The position of the first one in `Service.calls`.
    public var first: Int
    /// The calls of a group stand side by side; 2...16.
    public var count: Int
    /// Who has not ended by then, from the begin of the group, is cancelled; nil: there is no such limit.
    public var joinWithin: TimeAmount?

    /// A group of calls that stand side by side.
    public init(first: Int, count: Int, joinWithin: TimeAmount? = nil) {
        self.first = first
        self.count = count
        self.joinWithin = joinWithin
    }

    /// Positions in `Service.calls`.
    public var range: Range<Int> { first..<first + count }
}

/// One call, or several at once.
public enum CallStep: Sendable, Equatable {
    /// A position in `Service.calls`.
    case one(Int)
    case several(ParallelCalls)
}

extension Service {
    /// The calls in the order in which they are made.
    public var steps: [CallStep] {
        var steps: [CallStep] = []
        var position = 0
        while position < calls.count {
            if let group = parallel?.first(where: { $0.first == position }), group.count > 0 {
                steps.append(.several(group))
                position += group.count
            } else {
                steps.append(.one(position))
                position += 1
            }
        }
        return steps
    }
}
