@testable import Replication

/// Every way in which messages of a few operations on one register can be delivered, lost or late, tried one after the
/// other; a state is looked at once.
///
/// A query reaches its replica and its answer the coordinator in two steps, because the replica may change between
/// them. A value and its acknowledgement arrive together, or the value arrives and the acknowledgement is lost, or
/// neither; after a timeout a value that is still on its way arrives late or never.
///
/// Versions are the witness that the register is linearizable: what has ended before an operation began has a lower
/// version than a later write, and no higher one than a later read returns.
struct RegisterExplorer {
    /// An operation to run; it may begin once those that it comes after have ended.
    struct Task {
        var kind: RegisterOperation.Kind
        var after: [Int] = []
    }

    enum Mail: Hashable {
        case none
        case query
        case answer(RecordVersion)
        case value(RecordVersion)
    }

    struct Run: Hashable {
        var register: RegisterOperation
        var hasBegun = false
        var hasTimedOut = false
        var outcome: RegisterOperation.Outcome?
        /// By replica, what is on its way.
        var mail: [Mail]
        /// The newest version known to anybody who had ended before this began.
        var floor = RecordVersion.none
    }

    struct State: Hashable {
        var replicas: [RecordVersion]
        var runs: [Run]
        var lossesLeft: Int
        var timeoutsLeft: Int
    }

    let tasks: [Task]
    private(set) var states = 0
    /// Finished histories that were seen, by how the operations ended.
    private(set) var endings = Set<[RegisterOperation.Outcome?]>()
    private(set) var violation: String?
    private var seen = Set<State>()

    init(tasks: [Task]) { self.tasks = tasks }

    mutating func explore(rule: QuorumRule, replicas: Int, losses: Int, timeouts: Int, limit: Int) {
        let runs = tasks.enumerated().map { index, task in
            Run(
                register: RegisterOperation(
                    kind: task.kind, rule: rule, quorum: QuorumSet(size: replicas), usable: (1 << replicas) - 1,
                    writer: UInt64(index + 1)),
                mail: Array(repeating: .none, count: replicas))
        }
        var open = [
            State(
                replicas: Array(repeating: .none, count: replicas), runs: runs, lossesLeft: losses,
                timeoutsLeft: timeouts)
        ]
        while let state = open.popLast(), violation == nil {
            guard seen.insert(state).inserted else { continue }
            states += 1
            precondition(states <= limit, "more states than expected")
            let before = open.count
            step(state, &open)
            if open.count == before { endings.insert(state.runs.map(\.outcome)) }
        }
    }

    private mutating func step(_ state: State, _ open: inout [State]) {
        for index in state.runs.indices {
            let run = state.runs[index]
            if !run.hasBegun {
                if tasks[index].after.allSatisfy({ state.runs[$0].outcome != nil }) { begin(state, index, &open) }
                continue
            }
            for replica in run.mail.indices {
                if state.lossesLeft > 0 { lose(state, index, replica, &open) }
                deliver(state, index, replica, &open)
            }
            if run.outcome == nil, state.timeoutsLeft > 0 {
                var next = state
                next.timeoutsLeft -= 1
                next.runs[index].hasTimedOut = true
                let step = next.runs[index].register.timedOut()
                perform(step, &next, index, &open)
            }
        }
    }

    private mutating func begin(_ state: State, _ index: Int, _ open: inout [State]) {
        var next = state
        next.runs[index].hasBegun = true
        for (other, run) in state.runs.enumerated() where other != index {
            guard let version = run.outcome.flatMap(Self.version) else { continue }
            next.runs[index].floor = max(next.runs[index].floor, version)
        }
        let step = next.runs[index].register.begin()
        perform(step, &next, index, &open)
    }

    private mutating func deliver(_ state: State, _ index: Int, _ replica: Int, _ open: inout [State]) {
        var next = state
        switch state.runs[index].mail[replica] {
        case .none: return
        case .query:
            next.runs[index].mail[replica] = .answer(state.replicas[replica])
            open.append(next)
        case .answer(let version):
            next.runs[index].mail[replica] = .none
            let step = next.runs[index].register.answered(replica, version: version, tombstone: false).step
            perform(step, &next, index, &open)
        case .value(let version):
            next.runs[index].mail[replica] = .none
            next.replicas[replica] = max(version, state.replicas[replica])
            let step = next.runs[index].register.stored(replica)
            perform(step, &next, index, &open)
        }
    }

    /// The link breaks: before the replica has seen what is on its way, or, for a value, after. Or the replica says that
    /// it does not take the value.
    private mutating func lose(_ state: State, _ index: Int, _ replica: Int, _ open: inout [State]) {
        let mail = state.runs[index].mail[replica]
        guard mail != .none else { return }
        var lost = state
        lost.lossesLeft -= 1
        lost.runs[index].mail[replica] = .none
        if case .value = mail {
            var refused = lost
            let step = refused.runs[index].register.failed(replica, changedNothing: true)
            perform(step, &refused, index, &open)
        }
        let step = lost.runs[index].register.failed(replica)
        var kept = lost
        perform(step, &lost, index, &open)
        guard case .value(let version) = mail else { return }
        kept.replicas[replica] = max(version, state.replicas[replica])
        perform(step, &kept, index, &open)
    }

    private mutating func perform(
        _ step: RegisterOperation.Step, _ state: inout State, _ index: Int, _ open: inout [State]
    ) {
        switch step {
        case .wait: break
        case .query(let positions): send(.query, positions, &state, index)
        case .store(let positions, let version): send(.value(version), positions, &state, index)
        case .finish(let outcome): end(outcome, &state, index)
        case .finishAndRepair(let outcome, let positions):
            send(.value(state.runs[index].register.version), positions, &state, index)
            end(outcome, &state, index)
        }
        open.append(state)
    }

    private func send(
        _ mail: Mail, _ positions: Positions, _ state: inout State, _ index: Int
    ) {
        for replica in state.replicas.indices where positions & (1 << replica) != 0 {
            state.runs[index].mail[replica] = mail
        }
    }

    private mutating func end(_ outcome: RegisterOperation.Outcome, _ state: inout State, _ index: Int) {
        state.runs[index].outcome = outcome
        // Answers that come later change nothing: they need not be tried. Values do.
        for replica in state.replicas.indices {
            switch state.runs[index].mail[replica] {
            case .query, .answer: state.runs[index].mail[replica] = .none
            case .none, .value: break
            }
        }
        let floor = state.runs[index].floor
        switch outcome {
        case .written(let version, _):
            if version <= floor { fail("a write took \(version), not above \(floor)", state) }
        case .found(let version), .missing(let version):
            if version < floor { fail("a read returned \(version) after \(floor) was known", state) }
        case .noQuorum, .refused:
            let writer = UInt64(index + 1)
            let isKept = state.replicas.contains { $0.writer == writer }
            if tasks[index].kind != .read, isKept { fail("a refused write was kept", state) }
        case .behind: fail("nobody asked for a session", state)
        case .unknown: break
        }
    }

    private mutating func fail(_ what: String, _ state: State) {
        violation = "\(what); replicas \(state.replicas), outcomes \(state.runs.map(\.outcome))"
    }

    private static func version(_ outcome: RegisterOperation.Outcome) -> RecordVersion? {
        switch outcome {
        case .written(let version, _), .found(let version), .missing(let version): version
        case .noQuorum, .refused, .unknown, .behind: nil
        }
    }
}
