import MeshBase

/// Erlang's formulas for `workers` that serve an offered load of rate x time of one (in erlangs). Recursive, so they hold
/// for thousands of workers without a factorial.
public enum Erlang {
    /// The share of requests that find all workers busy where none waits (Erlang B), 0...1.
    ///
    /// - Parameters:
    ///   - workers: 0 and more.
    ///   - load: in erlangs, 0 and more.
    public static func blocked(workers: Int, load: Double) -> Double {
        guard load > 0 else { return workers > 0 ? 0 : 1 }
        var blocked = 1.0
        for worker in 0..<max(workers, 0) {
            blocked = load * blocked / (Double(worker + 1) + load * blocked)
        }
        return blocked
    }

    /// The share of requests that wait where all may wait (Erlang C), 0...1; 1 where the load is not below the workers, as
    /// the queue then grows for ever.
    public static func waits(workers: Int, load: Double) -> Double {
        guard workers > 0, load < Double(workers) else { return 1 }
        let blocked = blocked(workers: workers, load: load)
        let utilisation = load / Double(workers)
        return blocked / (1 - utilisation * (1 - blocked))
    }
}
