import MeshBase
import Replication
import Resilience
import Sharding

/// Records at the gates of their cells: each position of a phase is one attempt. The operation itself stands in for retries
/// and hedges, and a gate never takes away a quorum that is there.
extension RouterNode {
    /// Whether the gate before a cell's records would turn an attempt away.
    func isBlocking(_ cell: CellIndex, _ priority: Priority, now: Instant) -> Bool {
        let gate = gates.known(cell, 0)
        return gate >= 0 && gates.isBlocking(gate, priority, now: now)
    }

    /// A phase begins, or more is asked in it: what is out of another one is waited for no longer.
    ///
    /// - Returns: whether the operation goes through gates, so that `armRecord` follows once it is sent.
    mutating func beginPhase(_ key: SlabKey, until: Instant, now: Instant) -> Bool {
        guard case .record(let work) = operations[key]!.work, work.attempts >= 0 else { return false }
        let place = work.attempts
        let call = (recordCalls[place].isStoring, recordCalls[place].epoch)
        if call != (work.register.isStoring, operations[key]!.epoch) { withdrawRecord(place, now: now) }
        recordCalls[place].isStoring = work.register.isStoring
        recordCalls[place].epoch = operations[key]!.epoch
        recordCalls[place].until = until
        return true
    }

    /// Asks the gates of these positions for one attempt each.
    ///
    /// - Returns: those that may be sent to, the blocked ones among them where the rest is too few.
    mutating func passGates(
        _ key: SlabKey, _ positions: Positions, now: Instant, into sink: inout some RouterSink
    ) -> Positions {
        guard case .record(let work) = operations[key]!.work, work.attempts >= 0 else { return positions }
        var blocked: Positions = 0
        var rest = positions
        while rest != 0 {
            let position = rest.trailingZeroBitCount
            rest &= rest - 1
            let gate = gates.gate(work.members[position], 0, now: now)
            guard gate >= 0, recordCalls[work.attempts].live & (1 << position) == 0 else { continue }
            let answer = gates.gates[gate].ask(
                AttemptNumber(key, CallToken(0)).rawValue, policy(ofGate: gate), priority: work.priority, now: now,
                using: &random)
            if let transition = answer.transition { tell(transition, gate: gate, into: &sink) }
            switch answer.verdict {
            case .run(let permit):
                recordCalls[work.attempts].attempts[position] = RecordCall.Attempt(
                    permit: permit, gate: Int32(gate), at: now)
                recordCalls[work.attempts].live |= 1 << position
                recordCalls[work.attempts].judged &= ~(1 << Positions(position))
            case .blocked:
                noteBlocked(answer.verdict, gate: gate, key, now: now)
                blocked |= 1 << position
            case .wait:
                // A phase waits for no place at a gate: it has others to ask.
                gates.gates[gate].withdraw(AttemptNumber(key, CallToken(0)).rawValue, now: now)
                noteBlocked(answer.verdict, gate: gate, key, now: now)
                blocked |= 1 << position
            }
        }
        guard blocked != 0 else { return positions }
        let register = work.register
        let others = register.candidates & ~blocked
        if work.members.quorum.isComplete(others, register.rule.read),
            work.members.quorum.isComplete(others, register.rule.write)
        {
            return positions & ~blocked
        }
        counters.gatesOverruled += 1
        return positions
    }

    /// A position has ended its part in a phase.
    mutating func endRecord(
        _ place: Int32, _ position: Int, _ end: AttemptEnd, now: Instant, into sink: inout some RouterSink
    ) {
        guard place >= 0, recordCalls[place].live & (1 << Positions(position)) != 0,
            let attempt = recordCalls[place].attempts[position]
        else { return }
        let isJudged = recordCalls[place].judged & (1 << Positions(position)) != 0
        recordCalls[place].live &= ~(1 << Positions(position))
        let overdueAt = attempt.permit.overdueAt
        var mark = end.mark(countsSlow: overdueAt < .distantFuture)
        if isJudged {
            mark = .nothing
        } else if now > overdueAt, end.outcome != .ignored, end.outcome != .cancelled {
            let isStalled = now - overdueAt > (overdueAt - attempt.at) / 2
            mark = isStalled ? (end.kind == .timeout ? .nothing : mark) : .slow
        }
        count(
            attempt.permit, gate: Int(attempt.gate), end, took: now - attempt.at, mark, now: now, into: &sink)
    }

    /// All that are still out have run out of time.
    mutating func endPhase(_ place: Int32, now: Instant, into sink: inout some RouterSink) {
        guard place >= 0 else { return }
        while recordCalls[place].live != 0 {
            let position = recordCalls[place].live.trailingZeroBitCount
            // Where this process was late itself the answer may lie in its buffers.
            let end = isLate ? AttemptEnd.withdrawn : AttemptEnd(.failed, .timeout)
            endRecord(place, position, end, now: now, into: &sink)
        }
    }

    /// Nobody waits any more for what is out.
    mutating func withdrawRecord(_ place: Int32, now: Instant) {
        while recordCalls[place].live != 0 {
            let position = recordCalls[place].live.trailingZeroBitCount
            recordCalls[place].live &= recordCalls[place].live - 1
            guard let attempt = recordCalls[place].attempts[position] else { continue }
            let gate = Int(attempt.gate)
            gates.gates[gate].ended(
                attempt.permit, .withdrawn, took: now - attempt.at, mark: .nothing, policy(ofGate: gate), now: now,
                using: &random)
        }
    }

    /// Some positions are out for longer than is slow.
    mutating func countOverdueRecords(_ place: Int32, now: Instant, into sink: inout some RouterSink) {
        var rest = recordCalls[place].live & ~recordCalls[place].judged
        while rest != 0 {
            let position = rest.trailingZeroBitCount
            rest &= rest - 1
            guard var attempt = recordCalls[place].attempts[position], attempt.permit.overdueAt <= now else { continue }
            recordCalls[place].judged |= 1 << Positions(position)
            let overdueAt = attempt.permit.overdueAt
            guard now - overdueAt <= (overdueAt - attempt.at) / 2 else { continue }
            overdue(&attempt.permit, gate: Int(attempt.gate), now: now, into: &sink)
            recordCalls[place].attempts[position] = attempt
        }
    }
}
