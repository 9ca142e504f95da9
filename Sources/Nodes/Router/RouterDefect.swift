import Replication
import Sharding

/// What a wrong build of the router would do in the midst of a move; each is caught by a checker in the tests.
package enum RouterDefect: String, Sendable, CaseIterable {
    /// Answers of two epochs count in one query.
    case mixesAnswers = "mixed-answers"
    /// What was acknowledged in the epoch before counts in the next one.
    case keepsAcknowledgements = "keep-acks"
    /// A write that goes on in another epoch chooses a version again.
    case choosesAgain = "new-version"
    /// In joint the old shard alone is asked.
    case oldOnly = "old-only"
    /// In joint the joining shard alone is asked.
    case newOnly = "new-only"
    /// A version that was chosen before a sweep is sent again.
    case rerunsSwept = "sweep-rerun"
    /// The place of an attempt that is given up is not given back.
    case keepsPermits = "keep-permit"
    /// An attempt that is given up counts twice.
    case endsTwice = "end-twice"
}

extension RouterNode {
    /// Who takes part in an operation on a customer's record.
    func members(of assignment: Placement.Assignment) -> QuorumMembers {
        var members = QuorumMembers(assignment)
        if defect == .oldOnly || defect == .newOnly { members.narrow(toSecond: defect == .newOnly) }
        return members
    }

    /// An operation goes on in a newer epoch: rightly, unless a test wants it otherwise.
    func restarted(
        _ register: inout RegisterOperation, from old: QuorumMembers, to new: QuorumMembers,
        usable: Positions, reserve: Positions
    ) -> RegisterOperation.Step {
        guard let defect else { return register.restart(quorum: new.quorum, usable: usable, reserve: reserve) }
        var kept: Positions = 0
        if defect == (register.isStoring ? .keepsAcknowledgements : .mixesAnswers) {
            for position in 0..<old.count where register.answered & (1 << Positions(position)) != 0 {
                if let now = new.position(of: old[position]) { kept |= 1 << Positions(now) }
            }
        }
        return register.restart(
            quorum: new.quorum, usable: usable, reserve: reserve, keeping: kept, choosesAgain: defect == .choosesAgain)
    }
}
