import MeshBase
import Topology

/// Keys of one policy in one place that cannot hold together.
struct PolicyContradictions {
    let reporter: Reporter
    let draft: PoliciesDraft
    let place: WrittenPlace
    private var block: PoliciesBlock { draft.block }

    init(reporter: Reporter, draft: PoliciesDraft, place: WrittenPlace) {
        self.reporter = reporter
        self.draft = draft
        self.place = place
    }

    func check() {
        rises("retry.base", block.retry?.base, "retry.cap", block.retry?.cap)
        rises("breaker.open", block.breaker?.open, "breaker.open-max", block.breaker?.openMax)
        rises("shedding.early.share", block.shedding?.earlyShare, "shedding.early.hard", block.shedding?.earlyHard)
        rises("slo.every", block.slo?.every, "slo.window", block.slo?.window)
        if block.breaker?.window != nil, block.breaker?.decay != nil {
            refuse(
                "breaker.decay", "'decay' and 'window' exclude each other: results count by their age or by a window",
                hint: "leave out one of them")
        }
        if case .calls(let calls) = block.breaker?.window, let volume = block.breaker?.volume, volume > calls {
            refuse(
                "breaker.volume", "'volume' is \(volume), and the window holds \(calls) calls: it never opens",
                hint: "a 'volume' of at most 'window'")
        }
        let slices = 64
        if let every = block.slo?.every, let window = block.slo?.window, window > every * slices {
            refuse(
                "slo.window", "'window' holds at most \(slices) looks, one 'every' \(Syntax.written(every))",
                hint: "at most \(Syntax.written(every * slices))")
        }
        if let retry = block.retry {
            if retry.backoff == .schedule, retry.schedule == nil {
                refuse("retry.backoff", "the backoff 'schedule' needs the key 'schedule'", hint: "schedule: [30m, 4h]")
            } else if retry.schedule != nil, let backoff = retry.backoff, backoff != .schedule {
                refuse(
                    "retry.schedule", "'schedule' has no meaning for the backoff '\(backoff.rawValue)'",
                    hint: "backoff: schedule")
            }
        }
        if place == .call, block.failure?.has(.stale) == true {
            refuse(
                "failure", "a call cannot become 'stale': last good answers are those of services that customers call",
                hint: "'failure' of the service, or try-again or queue here")
        }
    }

    private func rises<Value: Comparable>(_ low: String, _ least: Value?, _ high: String, _ most: Value?) {
        guard let least, let most, most < least, let position = draft.marks[high] else { return }
        func name(_ key: String) -> Substring { key.split(separator: ".").last ?? "" }
        reporter.error(.wrongOrder, at: position, "'\(name(high))' must not be below '\(name(low))'")
    }

    private func refuse(_ key: String, _ message: String, hint: String) {
        reporter.error(.contradiction, at: draft.marks[key] ?? .start, message, hint: hint)
    }
}
