import MeshBase

/// What calls, gates and pools of a cell wait for.
extension ServiceGraph {
    enum Timer: Hashable, Sendable {
        case work(SlabKey)
        /// The end of what a fault delays a call's work by.
        case held(SlabKey)
        /// What a call of an edge waits for next.
        case call(SlabKey)
        /// The deadline of a call of somebody outside.
        case expiry(SlabKey)
        /// What the queue before a gate waits for.
        case gate(Int)
        /// The look at all gates.
        case look
        /// Until a connection is waited for.
        case connection(SlabKey)
        /// Whether other cells gave back connections of a use that all share.
        case permits(Int)
        /// The next step of a peak.
        case peak
        /// The sample of what gates predict by.
        case prediction
        /// Until a group of calls is waited for.
        case join(SlabKey)
        /// The time that a program has for a call.
        case program(SlabKey)
    }

    mutating func wake(now: Instant, into sink: inout some CellSink) {
        while let timer = timers.popDue(now: now) {
            switch timer {
            case .work(let key):
                waited(key, now: now, into: &sink)
            case .held(let key): delayOver(key, now: now, into: &sink)
            case .call(let key): callIsDue(key, now: now, into: &sink)
            case .expiry(let key): expired(key, now: now, into: &sink)
            case .gate(let gate): turns(gate, now: now, into: &sink)
            case .look: look(now: now)
            case .peak: stepPeak(now: now)
            case .connection(let key): leaveLine(key, now: now, into: &sink)
            case .permits(let use): lookForPermits(use, now: now, into: &sink)
            case .prediction: predict(now: now)
            case .join(let join): joinIsDue(join, now: now, into: &sink)
            case .program(let key): programOverdue(key, now: now, into: &sink)
            }
            runSteps(now: now, into: &sink)
        }
    }
}
