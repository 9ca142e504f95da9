import MeshBase

@testable import Consensus

/// What was decided of each decree, by whoever can tell: the acceptors, counted from outside, and the proposers.
struct DecreeHistory {
    struct Chosen {
        var ballot: Ballot
        var value: [UInt8]
    }
    private struct Round {
        var ballot: Ballot
        var value: [UInt8]
        var holders: DeciderSet.Members
    }

    /// Every set that was decided, the first one first.
    private(set) var sets: [DeciderSet]
    /// By decree: 0 the deciders, then the others, whose values are lists of changes.
    private(set) var chosen: [[Chosen]]
    private var rounds: [[Round]]
    private(set) var violation: String?
    /// Changes of which their proposer was told that they were not made.
    var denied: Set<UInt8> = []

    init(first: DeciderSet, decrees: Int) {
        sets = [first]
        chosen = Array(repeating: [], count: decrees)
        rounds = chosen.map { _ in [] }
    }

    /// The longest list of changes that was decided.
    func longest(_ decree: Int) -> [UInt8] { chosen[decree].map(\.value).max { $0.count < $1.count } ?? [] }

    func set(at epoch: Epoch) -> DeciderSet? { sets.first { $0.epoch == epoch } }

    mutating func fail(_ text: String) { if violation == nil { violation = text } }

    /// A cell accepted a value; with it, a quorum may have.
    mutating func accepted(_ decree: Int, _ ballot: Ballot, _ value: [UInt8], by decider: Decider) {
        let at: Int
        if let known = rounds[decree].lastIndex(where: { $0.ballot == ballot }) {
            at = known
            if rounds[decree][at].value != value { return fail("two values accepted in one round \(ballot)") }
        } else {
            at = rounds[decree].count
            rounds[decree].append(Round(ballot: ballot, value: value, holders: 0))
        }
        guard let set = set(at: ballot.epoch), let bit = set.bit(of: decider) else { return }
        rounds[decree][at].holders |= bit
        if set.isQuorum(rounds[decree][at].holders) { decided(decree, ballot, value) }
    }

    /// A value was decided, whoever says so.
    mutating func decided(_ decree: Int, _ ballot: Ballot, _ value: [UInt8]) {
        if let known = chosen[decree].first(where: { $0.ballot == ballot }) {
            if known.value != value { fail("two values decided in one round \(ballot)") }
            return
        }
        for other in chosen[decree] {
            let (earlier, later) = other.ballot < ballot ? (other.value, value) : (value, other.value)
            if !follows(later, earlier, decree) { return fail("two histories: \(later) after \(earlier)") }
        }
        chosen[decree].append(Chosen(ballot: ballot, value: value))
        if decree > 0 {
            if Set(value).count != value.count { fail("a change was made twice: \(value)") }
            if !denied.isDisjoint(with: value) { fail("a change was made that was said not to be: \(value)") }
        } else if let set = DeciderSet(decoding: value), set.epoch > sets[sets.count - 1].epoch {
            if !set.isSuccessor(of: sets[sets.count - 1]) { fail("a set without its predecessor") }
            sets.append(set)
        }
    }

    /// The end of a change, which began when `floor` changes were decided.
    mutating func told(_ decree: Int, _ ballot: Ballot, _ value: [UInt8]?, floor: Int) {
        if let value { decided(decree, ballot, value) }
        if decree > 0, (value ?? []).count < floor { fail("a decided change is lost: \(value ?? []) of \(floor)") }
    }

    private func follows(_ later: [UInt8], _ earlier: [UInt8], _ decree: Int) -> Bool {
        guard decree == 0 else { return later.starts(with: earlier) }
        guard let a = DeciderSet(decoding: earlier), let b = DeciderSet(decoding: later) else { return false }
        return a.epoch < b.epoch || a == b
    }
}
