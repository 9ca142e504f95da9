import MeshBase

/// Lifeguard's local health multiplier: how much this node doubts itself.
struct LocalHealth {
    /// The score stays in 0..<limit; a limit of 1 switches the multiplier off.
    let limit: Int
    private(set) var score = 0

    init(limit: Int) { self.limit = limit }

    mutating func add(_ points: Int) { score = min(max(0, score + points), limit - 1) }

    /// A time of the node's own probes, stretched by score + 1.
    func stretch(_ amount: TimeAmount) -> TimeAmount { amount * Int64(score + 1) }
}
