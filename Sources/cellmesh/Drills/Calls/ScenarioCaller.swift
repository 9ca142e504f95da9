import Glibc
import MeshBase
import Scenarios
import Synchronization
import Telemetry
import UVDriver

/// Makes the requests and runs the programs of a scenario, each on a thread of its own, within its time, and keeps what came of
/// them until it is taken.
final class ScenarioCaller: Sendable {
    /// Whom an outcome is for.
    enum Purpose: Sendable, Hashable {
        /// A look, by its number.
        case look(Int)
        /// An action, by its position.
        case action(Int)
    }

    /// What came of a call; what is told of it has no values of secrets.
    enum Outcome: Sendable {
        case answer(CallAnswer)
        /// There is none, and why.
        case failure(String)
    }

    private struct State {
        var underWay: [Purpose: CallStop] = [:]
        var outcomes: [(Purpose, Outcome)] = []
        /// Of programs that have ended and left something behind.
        var kept: [CallStop] = []
        var isClosed = false
    }
    private let state = Mutex(State())
    private let secrets: SecretBook

    /// Calls under way at most: the steps of a scenario, and as many looks.
    private static let most = Scenario.most * 3

    /// - Throws: where a secret has no value.
    init(_ scenario: Scenario) throws {
        do throws(SecretBook.Missing) {
            secrets = try SecretBook(scenario.secrets) { Console.variable($0) }
        } catch {
            let secret = error.secret
            throw CommandFailure(
                .usage,
                "\(secret.place): the secret '\(secret.name)' is to come from \(secret.variable), which the environment does not "
                    + "have; nothing was changed")
        }
    }

    /// Begins a call; `takeOutcomes` has what came of it, within its time.
    func begin(_ purpose: Purpose, _ call: ScenarioCall) {
        let stop = CallStop()
        let isTaken = state.withLock { state in
            guard !state.isClosed, state.underWay.count < Self.most else { return false }
            state.underWay[purpose] = stop
            return true
        }
        guard isTaken else { return end(purpose, .failure("too much is asked at once")) }
        let secrets = secrets
        let status = DetachedThread.start { [self] in
            let outcome: Outcome =
                switch call.kind {
                case .http(let request): HTTPCall.perform(request, call.timeout, secrets)
                case .process(let program): ProgramCall.perform(program, call.timeout, secrets, stop)
                }
            end(purpose, outcome)
        }
        if status != 0 { end(purpose, .failure("no thread for it: \(String(cString: strerror(status)))")) }
    }

    private func end(_ purpose: Purpose, _ outcome: Outcome) {
        let late = state.withLock { state -> CallStop? in
            let stop = state.underWay.removeValue(forKey: purpose)
            if let stop, stop.isKept, !state.isClosed { state.kept.append(stop) }
            if !state.isClosed { state.outcomes.append((purpose, outcome)) }
            return state.isClosed ? stop : nil
        }
        late?.stop()
        late?.collect()
    }

    /// What has ended since the last call.
    func takeOutcomes() -> [(Purpose, Outcome)] {
        state.withLock { state in
            defer { state.outcomes = [] }
            return state.outcomes
        }
    }

    /// Ends a call of which nobody needs the outcome any more: a program with all that it has started.
    func cancel(_ purpose: Purpose) { state.withLock { $0.underWay[purpose] }?.stop() }

    /// Ends all that is under way, and what programs have left behind.
    func close() {
        let left = state.withLock { state in
            state.isClosed = true
            defer { state.kept = [] }
            return Array(state.underWay.values) + state.kept
        }
        for stop in left { stop.stop() }
        // Those under way are collected where they were begun.
        for stop in left { stop.collect() }
    }
}

/// By which a program is ended from another thread, with all that it has started.
final class CallStop: Sendable {
    private struct State {
        var isStopped = false
        /// Of a pipe whose end its keeper waits for; nil before it runs and once nothing is left of it.
        var hold: Int32?
        /// Its keeper, where that goes on after the program.
        var keeper: ProcessIdentity?
    }
    private let state = Mutex(State())

    /// Within that a keeper has killed all that it keeps.
    static let patience = TimeAmount.seconds(8)

    var isStopped: Bool { state.withLock { $0.isStopped } }
    /// Whether something goes on after the program.
    var isKept: Bool { state.withLock { $0.keeper != nil } }

    /// It runs, for as long as the pipe is open.
    func began(_ hold: Int32) {
        state.withLock { state in
            state.hold = hold
            if state.isStopped { Self.release(&state) }
        }
    }

    /// The program has ended, and its keeper has not.
    func keeps(_ keeper: ProcessIdentity) { state.withLock { $0.keeper = keeper } }

    /// Nothing is left of it.
    func ended() { state.withLock { Self.release(&$0) } }

    /// Has all of it killed, where there is something.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            Self.release(&state)
        }
    }

    private static func release(_ state: inout State) {
        if let hold = state.hold { _ = Glibc.close(hold) }
        state.hold = nil
    }

    /// Waits until a keeper that goes on has ended, once it was stopped.
    func collect() {
        guard let keeper = state.withLock({ $0.keeper }) else { return }
        let deadline = Pause.now() + Self.patience
        while waitpid(keeper.pid, nil, WNOHANG) == 0, Pause.now() < deadline { Pause.sleep(.milliseconds(5)) }
        state.withLock { $0.keeper = nil }
    }
}
