import MeshBase

/// How the pool of one service fares between two looks.
struct PoolStrain: Sendable {
    /// A call came while no worker was free.
    var isFull = false
    /// How long answers to calls from outside took, from the coming of the call.
    private(set) var answers = DurationHistogram()

    mutating func answered(_ took: TimeAmount) { answers.record(took) }

    /// 95 % of the answers took no longer; nil where none came, and where workers were free all the time: then it is not
    /// the load that makes answers slow, and to refuse some would make none of them faster. Begins anew.
    ///
    /// - Parameter isFullNow: no worker is free at this moment.
    mutating func take(isFullNow: Bool) -> TimeAmount? {
        defer {
            isFull = false
            if answers.count > 0 { answers = DurationHistogram() }
        }
        return (isFull || isFullNow) && answers.count > 0 ? answers.quantile(0.95) : nil
    }
}
