import Checkers
import MeshBase
import Telemetry
import Wire

/// The counts of a run. Every request ends in exactly one of `answered`, `failed` and `dropped`, except those that a
/// stop left unfinished.
struct LoadAccounts: Sendable {
    struct Share: Hashable, Sendable {
        var requests: UInt64 = 0
        var ok: UInt64 = 0
        var shed: UInt64 = 0
    }

    private(set) var requests: UInt64 = 0
    private(set) var ok: UInt64 = 0
    private(set) var answered: UInt64 = 0
    /// By status; the last place is for what is none.
    private(set) var statuses = [UInt64](repeating: 0, count: 600)
    private(set) var failures = [UInt64](repeating: 0, count: LoadFailure.allCases.count)
    private(set) var priorities = [Share](repeating: Share(), count: Priority.allCases.count)
    private(set) var kinds = [Share](repeating: Share(), count: LoadRequest.Kind.allCases.count)
    /// Answers that were not ok, by the problem they named.
    private(set) var problems: [String: UInt64] = [:]
    /// Answers in which something was replaced or reduced, and by what: `shipping=static`.
    private(set) var degraded: UInt64 = 0
    private(set) var degradations: [String: UInt64] = [:]
    /// Answers that say when to come again.
    private(set) var retryAfter: UInt64 = 0
    /// Answers that were given to an earlier call with the same key.
    private(set) var replayed: UInt64 = 0
    /// Further problems than these are counted as `other`.
    static let problemLimit = 64
    /// From the intended sending to the answer, or to giving up on it.
    private(set) var latency = LatencyHistogram()
    /// How late the generator itself was in taking requests up.
    private(set) var lag = LatencyHistogram()
    private var window = LoadWindow()

    mutating func answer(_ request: LoadRequest, status: Int, isOK: Bool, after time: TimeAmount) {
        answered += 1
        statuses[status < 600 && status >= 0 ? status : 599] += 1
        count(request, isOK: isOK)
        record(time)
    }

    /// Names why an answer to a request was not ok.
    mutating func note(problem: String, of request: LoadRequest) {
        if problem == "shed" {
            priorities[Int(request.priority.rawValue)].shed += 1
            kinds[Int(request.kind.rawValue)].shed += 1
        }
        let name = problems[problem] != nil || problems.count < Self.problemLimit ? problem : "other"
        problems[name, default: 0] += 1
    }

    /// Counts an answer that says what of it was replaced, `shipping=static, offers=0.5`.
    mutating func note(degraded header: UnsafeRawBufferPointer) {
        degraded += 1
        for part in header.prefix(1_024).split(separator: UInt8(ascii: ",")) {
            let text = String(decoding: part, as: UTF8.self).drop { $0 == " " }
            let name =
                degradations[String(text)] != nil || degradations.count < Self.problemLimit ? String(text) : "other"
            degradations[name, default: 0] += 1
        }
    }

    mutating func noteRetryAfter() { retryAfter += 1 }
    mutating func noteReplay() { replayed += 1 }

    mutating func fail(_ request: LoadRequest, _ failure: LoadFailure, after time: TimeAmount) {
        failures[failure.rawValue] += 1
        guard failure != .unfinished else { return }
        count(request, isOK: false)
        // A stall must show. What fails at once would only make the rest look fast.
        if failure == .timeout || failure == .queueTimeout { record(time) }
    }

    mutating func took(late: TimeAmount) { lag.record(late) }

    private mutating func count(_ request: LoadRequest, isOK: Bool) {
        let one: UInt64 = isOK ? 1 : 0
        requests += 1
        ok += one
        priorities[Int(request.priority.rawValue)].requests += 1
        priorities[Int(request.priority.rawValue)].ok += one
        kinds[Int(request.kind.rawValue)].requests += 1
        kinds[Int(request.kind.rawValue)].ok += one
        window.requests += 1
        window.ok += one
    }

    private mutating func record(_ time: TimeAmount) {
        latency.record(time)
        window.latency.record(time)
    }

    var dropped: UInt64 { failures[LoadFailure.dropped.rawValue] }
    var failed: UInt64 { requests - ok - dropped }

    /// What happened since this was last asked.
    mutating func takeWindow() -> LoadWindow {
        let taken = window
        window.requests = 0
        window.ok = 0
        window.latency.reset()
        return taken
    }
}

/// The counts of the last second.
struct LoadWindow: Sendable {
    var requests: UInt64 = 0
    var ok: UInt64 = 0
    var latency = LatencyHistogram()
}

/// What `onProgress` is told, once a second.
package struct LoadProgress: Hashable, Sendable {
    package enum Phase: String, Hashable, Sendable {
        case connecting, sending, draining, verifying
    }
    package var phase: Phase
    /// Since the first request was meant to be sent.
    package var elapsed: TimeAmount
    /// Requests per second that ended in the last second, and how many of them were ok, 0...1 (1 if there were none).
    package var rate: Double
    package var okShare: Double
    package var p50: TimeAmount
    package var p99: TimeAmount
    package var inFlight: Int
    package var queued: Int
    /// Over the whole run.
    package var requests: UInt64
    package var dropped: UInt64
    package var ok: UInt64
    /// Since the first fault, else all.
    package var customers: ImpactCounts
}
