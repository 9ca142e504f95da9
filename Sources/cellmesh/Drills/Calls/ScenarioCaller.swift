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
        state.withLock { state in
            state.underWay[purpose] = nil
            if !state.isClosed { state.outcomes.append((purpose, outcome)) }
        }
    }

    /// What has ended since the last call.
    func takeOutcomes() -> [(Purpose, Outcome)] {
        state.withLock { state in
            defer { state.outcomes = [] }
            return state.outcomes
        }
    }

    /// Ends a call of which nobody needs the outcome any more: a program with its group.
    func cancel(_ purpose: Purpose) { state.withLock { $0.underWay[purpose] }?.stop() }

    /// Ends all that is under way.
    func close() {
        let left = state.withLock { state in
            state.isClosed = true
            return Array(state.underWay.values)
        }
        for stop in left { stop.stop() }
    }
}

/// By which a program is ended from another thread.
final class CallStop: Sendable {
    private struct State {
        var isStopped = false
        /// Of its process, which leads a group; nil before it runs and once it was collected.
        var pid: pid_t?
    }
    private let state = Mutex(State())

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Its process runs.
    func began(_ pid: pid_t) {
        state.withLock { state in
            state.pid = pid
            if state.isStopped { _ = kill(-pid, SIGKILL) }
        }
    }

    /// It has ended.
    func ended() { state.withLock { $0.pid = nil } }

    /// Kills the group, where there is one.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            if let pid = state.pid { _ = kill(-pid, SIGKILL) }
        }
    }
}
