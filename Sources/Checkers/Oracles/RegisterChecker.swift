import MeshBase

/// Decides whether each record behaved as one linearizable register, with the versions as witness.
///
/// Given unique versions, a history is linearizable exactly if real-time order never contradicts version order: a write
/// must get a version above, and a read must return one not below, every version that was acknowledged or read before
/// it began; and each version read must be of a write that had begun (multi-writer registers with tags: Lynch and
/// Shvartsman 1997). So one pass with a floor per record suffices, where a search over orders (Wing and Gong 1993)
/// would be exponential.
///
/// Operations whose outcome is unknown stay open for ever: a later read may find their value, or never.
/// Time is O(1) an operation on average. Memory is one entry per record, per operation in flight, per open write, and
/// per version that an operation in flight may still return.
package struct RegisterChecker: Sendable {
    package enum Violation: Hashable, Sendable {
        /// A read returned less than was acknowledged or read before it began.
        case staleRead
        /// A write got a version not above what was acknowledged or read before it began.
        case staleWrite
        /// Two writes have one version, or a version was read with two values.
        case versionReused
        /// One value was seen at two versions.
        case valueMoved
        /// A value that no write of this record, begun by then and not refused, had.
        case valueFromNowhere
        /// A write was refused as having no effect, and its value was read.
        case refusedWriteRead
        /// An outcome that its action cannot have, or an operation that is not under way.
        case malformed
    }

    package struct Limits: Sendable {
        /// Records watched; operations on further ones are counted only.
        package var records = 1_000_000
        /// Operations in flight on one record; the oldest beyond it is taken as open for ever.
        package var inFlight = 10_000
        /// Open writes kept over all records. Beyond it a value from nowhere can no longer be told from a late write,
        /// and is not reported.
        package var openWrites = 1_000_000
        package init() {}
    }

    struct Pending: Sendable {
        var record: RecordID
        var action: History.Action
        /// The highest version acknowledged or read before it began.
        var floor: VersionWitness
        /// Its place in the record's line of operations in flight.
        var ticket: Int
    }

    package let limits: Limits
    package private(set) var violations = Violations<Violation>()
    package private(set) var checked = 0
    /// Operations whose outcome is unknown.
    package private(set) var open = 0
    /// Operations on records beyond the limit.
    package private(set) var unwatched = 0
    /// Open writes beyond the limit.
    package private(set) var forgotten = 0
    private var pending: [OperationID: Pending] = [:]
    private var registers: [RecordID: Register] = [:]
    private var openWrites = 0

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Replays a whole history.
    package init(_ history: History, limits: Limits = Limits()) {
        self.init(limits: limits)
        for event in history.events {
            switch event.step {
            case .invoke(let invocation):
                invoke(event.operation, invocation.action, on: invocation.record)
            case .complete(let outcome):
                complete(event.operation, outcome)
            }
        }
        if history.overflow > 0 {
            violations.add(.malformed, "the history lacks \(history.overflow) events: it proves nothing")
        }
    }

    package mutating func invoke(_ operation: OperationID, _ action: History.Action, on record: RecordID) {
        guard registers[record] != nil || registers.count < limits.records else {
            unwatched += 1
            return
        }
        guard pending[operation] == nil else {
            return violations.add(.malformed, "\(operation) was invoked twice")
        }
        let (floor, ticket) = registers[record, default: Register()].begin(operation)
        pending[operation] = Pending(record: record, action: action, floor: floor, ticket: ticket)
        if case .write(let value) = action {
            if registers[record]!.open[value] != nil {
                violations.add(.malformed, "two writes to \(record) have the value \(value)")
            } else if openWrites < limits.openWrites {
                registers[record]!.open[value] = OpenWrite(floor: floor)
                openWrites += 1
            } else {
                forgotten += 1
            }
        } else if case .delete = action {
            registers[record]!.openDeletes += 1
        }
        while registers[record]!.inFlight > limits.inFlight, let oldest = registers[record]!.oldest {
            complete(oldest, .unknown)
        }
    }

    /// Ends an operation. An unknown one takes no further part, except that its write may yet be seen.
    package mutating func complete(_ operation: OperationID, _ outcome: History.Outcome) {
        guard let work = pending.removeValue(forKey: operation) else { return }
        checked += 1
        // The record was made when the operation began, and records are never removed.
        let before = registers[work.record]!.open.count
        registers[work.record]!.finish(operation, work, outcome, isComplete: forgotten == 0, &violations)
        openWrites += registers[work.record]!.open.count - before
        if outcome == .unknown { open += 1 }
    }

    package var isValid: Bool { violations.isEmpty }

    package func verdict(oracle: String = "registers") -> Verdict {
        var detail = "\(checked) operations on \(registers.count) records, \(open) of unknown outcome"
        if !pending.isEmpty { detail += ", \(pending.count) under way" }
        if unwatched > 0 { detail += ", \(unwatched) not watched" }
        if !violations.isEmpty { detail += "; " + violations.summary }
        return Verdict(oracle: oracle, ok: violations.isEmpty, checked > 0 ? .judged : .vacuous, detail: detail)
    }

    /// Entries held for pruned and live versions: what the memory bound is about.
    var versionsHeld: Int { registers.values.reduce(0) { $0 + $1.versions.count } }
}
