import MeshBase

/// The lives of one program of the user's own: when it is started, asked, killed, and started again. Pure; the driver owns
/// the process.
package struct ProgramLife: Sendable, Equatable {
    /// What becomes of it now.
    package enum Phase: Sendable, Equatable {
        /// There is no process; it is started at this instant.
        case down(until: Instant)
        /// The process runs and has not answered yet.
        case starting(since: Instant)
        /// Calls are given to it.
        case ready(since: Instant)
        /// It runs, was ready, and does not answer that it is.
        case unready(since: Instant)
        /// Ended for good, with its cell.
        case stopped
    }

    /// What the driver is to do.
    package enum Step: Sendable, Equatable { case start, ask, kill }

    /// What an answer, or the lack of it, has changed.
    package enum Change: Sendable, Equatable { case ready, unready }

    /// What becomes of it now.
    package private(set) var phase: Phase
    /// Counts its processes; what is said of an earlier one is nothing to this.
    package private(set) var number: UInt32 = 0
    /// How often it was started again.
    package var restarts: UInt32 { number > 1 ? number - 1 : 0 }
    private var delay: TimeAmount
    private var isAsked = false
    private var nextQuestion = Instant.distantFuture
    private var isKilled = false
    private var failures = 0
    private var successes = 0

    /// It is to be started at once.
    package init(_ rule: ProgramRule, now: Instant) {
        phase = .down(until: now)
        delay = rule.delay
    }

    /// Calls are given to it.
    package var isReady: Bool { if case .ready = phase { true } else { false } }

    /// When `wake` has something to do.
    ///
    /// - Parameter asks: whether the program declares `ready`, and so is asked all its life.
    package func deadline(_ rule: ProgramRule, asks: Bool) -> Instant {
        switch phase {
        case .down(let until): until
        case .starting(let since): isKilled ? .distantFuture : min(since + rule.startup, question)
        case .ready, .unready: asks ? question : .distantFuture
        case .stopped: .distantFuture
        }
    }

    private var question: Instant { isAsked ? .distantFuture : nextQuestion }

    /// What is due.
    package mutating func wake(_ rule: ProgramRule, asks: Bool, now: Instant) -> Step? {
        guard now >= deadline(rule, asks: asks) else { return nil }
        switch phase {
        case .down:
            phase = .starting(since: now)
            number += 1
            (isAsked, isKilled, failures, successes) = (false, false, 0, 0)
            nextQuestion = now + rule.startInterval
            return .start
        case .starting(let since) where now >= since + rule.startup:
            isKilled = true
            return .kill
        case .starting, .ready, .unready:
            isAsked = true
            return .ask
        case .stopped:
            return nil
        }
    }

    /// A question was answered, well or not, or its time is over.
    package mutating func answered(_ isGood: Bool, _ rule: ProgramRule, now: Instant) -> Change? {
        isAsked = false
        switch phase {
        case .starting:
            nextQuestion = now + rule.startInterval
            guard isGood, !isKilled else { return nil }
            phase = .ready(since: now)
            nextQuestion = now + rule.interval
            return .ready
        case .ready:
            nextQuestion = now + rule.interval
            failures = isGood ? 0 : failures + 1
            guard failures >= rule.failures else { return nil }
            phase = .unready(since: now)
            successes = 0
            return .unready
        case .unready:
            nextQuestion = now + rule.interval
            successes = isGood ? successes + 1 : 0
            guard successes >= rule.successes else { return nil }
            phase = .ready(since: now)
            failures = 0
            return .ready
        case .down, .stopped:
            return nil
        }
    }

    /// It answered a call: that is as good as an answer to the question.
    package mutating func served() { failures = 0 }

    /// Its process has ended, or could not be started.
    ///
    /// - Returns: after how long it is started again; nil where it is not.
    package mutating func ended(_ rule: ProgramRule, now: Instant) -> TimeAmount? {
        switch phase {
        case .down, .stopped: return nil
        case .ready(let since) where now - since >= rule.settled: delay = rule.delay
        case .starting, .ready, .unready: break
        }
        defer { delay = min(delay + delay, rule.longestDelay) }
        phase = .down(until: now + delay)
        return delay
    }

    /// It is not started again.
    package mutating func stop() { phase = .stopped }
}
