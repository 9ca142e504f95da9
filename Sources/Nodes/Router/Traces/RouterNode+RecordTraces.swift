import MeshBase
import Replication
import Resilience
import Wire

/// What traces are told of records: each phase, what gates and cells refuse, and how the operation ends.
extension RouterNode {
    /// A phase is sent to these positions.
    @inline(__always)
    mutating func notePhase(_ key: SlabKey, _ positions: Positions, _ word: StaticString, now: Instant) {
        guard let trace = operations[key]!.trace, trace.isFollowed else { return }
        notePhase(key, positions, word, trace, now: now)
    }

    @inline(never)
    private mutating func notePhase(
        _ key: SlabKey, _ positions: Positions, _ word: StaticString, _ trace: FrameTrace, now: Instant
    ) {
        guard case .record(let work) = operations[key]!.work else { return }
        var names: [String] = []
        for position in 0..<work.members.count where positions & (1 << Positions(position)) != 0 {
            names.append(topology.cells[work.members[position].position].name)
        }
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: nodeName, named: "quorum", .started,
                Explanation(
                    "\(word): \(names.joined(separator: ", ")), of \(work.members.count) cells",
                    [.init("asked", Double(names.count)), .init("cells", Double(work.members.count))]),
                remaining: operations[key]!.deadline - now))
    }

    /// The gate before a cell's records lets nothing through.
    mutating func noteBlocked(_ verdict: GateAnswer.Verdict, gate: Int, _ key: SlabKey, now: Instant) {
        guard let trace = operations[key]!.trace, trace.isFollowed, case .record(let work) = operations[key]!.work
        else { return }
        let decision = decision(
            verdict, gate: gate, attempt: 0, work.priority, until: operations[key]!.deadline, now: now)
        traces.log.note(trace, decision)
    }

    /// A cell has refused its part.
    mutating func noteRefusal(_ refusal: Refusal?, by cell: CellIndex, _ key: SlabKey, now: Instant) {
        guard let trace = operations[key]!.trace, trace.isFollowed else { return }
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: gateName(cell, 0), named: refusal == .shed ? "shedding" : "store", .refused,
                Explanation("the cell refused: \(refusal.map { "\($0)" } ?? "for a reason unknown here")"),
                remaining: operations[key]!.deadline - now))
    }

    /// The operation has ended.
    mutating func noteEnd(_ outcome: RegisterOperation.Outcome, _ key: SlabKey) {
        guard let trace = operations[key]!.trace, trace.isFollowed else { return }
        let (word, numbers): (String, [Explanation.Number]) =
            switch outcome {
            case .written: ("written", [])
            case .found: ("found", [])
            case .missing: ("missing", [])
            case .noQuorum(let needed, let available):
                (
                    "\(available) of \(needed) cells that are needed answer",
                    [.init("needed", Double(needed)), .init("available", Double(available))]
                )
            case .refused: ("the cells refuse", [])
            case .unknown: ("too few acknowledged in time", [])
            case .behind: ("no cell that answers has what the session has seen", [])
            }
        traces.log.note(
            trace,
            TraceDecision(
                at: clock, gate: nodeName, named: "quorum", .settled, Explanation(word, numbers),
                remaining: operations[key]!.deadline - clock))
    }
}
