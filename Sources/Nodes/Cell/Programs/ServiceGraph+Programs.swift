import MeshBase
import Wire

/// Calls of services that are programs: their work is a request to the program.
extension ServiceGraph {
    /// The longest that a call of a program may take where nobody said how long.
    static let longestProgramCall = TimeAmount.seconds(30)

    /// Gives a call that has a worker to its program, or ends it where that is not ready.
    mutating func askProgram(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key], let program = programs[invocation.service] else { return }
        guard program.life.isReady else {
            _ = programs.change(invocation.service) { $0.counters.unreachable += 1 }
            return finish(key, .noProgram, now: now, into: &sink)
        }
        let limit = min(invocation.deadline, now + Self.longestProgramCall)
        guard limit > now else {
            counters[invocation.service].expired += 1
            return finish(key, .timedOut, now: now, into: &sink)
        }
        timers.arm(.program(key), at: limit)
        _ = programs.change(invocation.service) {
            $0.calls.insert(key)
            $0.counters.calls += 1
        }
        let isEntry = if case .attempt = invocation.owner { false } else { true }
        var call = ProgramCall(
            ticket: key.rawValue, request: programs.request(of: key) ?? ProgramRequest(customer: []), isEntry: isEntry,
            priority: invocation.priority, remaining: limit - now, chain: chain(key, now: now))
        if let trace = invocation.trace {
            call.span = SpanID.make(trace: trace.low, place: poolName(invocation.service))
        }
        sink.program(.call(call, service: invocation.service, number: program.life.number))
    }

    /// A program has answered a call, or never will. Calls that have ended already are not looked for.
    mutating func programAnswered(
        _ ticket: UInt64, _ end: ProgramEnd, now: Instant, into sink: inout some CellSink
    ) {
        let key = SlabKey(rawValue: ticket)
        guard let invocation = invocations[key],
            programs.change(invocation.service, { $0.ended(key, end) }) == true
        else { return }
        timers.cancel(.program(key))
        switch end {
        case .answer(let answer) where answer.status < 400:
            programs.keep(answer, of: key)
            worked(key, now: now, into: &sink)
        case .answer(let answer):
            programs.keep(answer, of: key)
            finish(key, invocation.isCancelled ? .cancelled : .answered(answer.status), now: now, into: &sink)
        case .garbage: finish(key, invocation.isCancelled ? .cancelled : .failed, now: now, into: &sink)
        case .lost: finish(key, invocation.isCancelled ? .cancelled : .programLost, now: now, into: &sink)
        case .unreachable: finish(key, invocation.isCancelled ? .cancelled : .noProgram, now: now, into: &sink)
        }
    }

    /// A program has not answered a call in its time. Its worker is free again: the connection is closed, and what the
    /// program still does for nobody it does by itself.
    mutating func programOverdue(_ key: SlabKey, now: Instant, into sink: inout some CellSink) {
        guard let invocation = invocations[key] else { return }
        _ = programs.change(invocation.service) {
            $0.calls.remove(key)
            $0.counters.overdue += 1
        }
        sink.program(.drop(ticket: key.rawValue, service: invocation.service))
        finish(key, invocation.isCancelled ? .cancelled : .timedOut, now: now, into: &sink)
    }

    /// The process of a program is gone, and with it the calls that it had.
    mutating func programEnded(_ service: Int, now: Instant, into sink: inout some CellSink) {
        for key in programs[service]?.calls.sorted(by: { $0.rawValue < $1.rawValue }) ?? [] {
            programAnswered(key.rawValue, .lost, now: now, into: &sink)
        }
        runSteps(now: now, into: &sink)
    }

    /// What the client asked for, for a call that may lead to a program.
    mutating func keepRequest(_ request: ProgramRequest?, of key: SlabKey, _ invocation: Invocation) {
        guard catalogue.reachesProgram[invocation.service] else { return }
        if case .attempt(let attempt) = invocation.owner {
            programs.keep(parent(of: attempt).flatMap { programs.request(of: $0) }, of: key)
        } else {
            programs.keep(request, of: key)
        }
    }

    /// The services from the client's to this one, each with the seconds that it has left; 16 at most.
    private func chain(_ key: SlabKey, now: Instant) -> String {
        var steps: [String] = []
        var next: SlabKey? = key
        while let key = next, let invocation = invocations[key], steps.count < Self.mostSteps {
            steps.append("\(services[invocation.service].name):\(Self.seconds(invocation.deadline, now))")
            next = nil
            if case .attempt(let attempt) = invocation.owner { next = parent(of: attempt) }
        }
        return steps.reversed().joined(separator: ",")
    }

    private func parent(of attempt: SlabKey) -> SlabKey? {
        edgeAttempts[attempt].flatMap { edgeCalls[$0.call]?.parent }
    }

    private static let mostSteps = 16

    /// With three decimals.
    private static func seconds(_ deadline: Instant, _ now: Instant) -> String {
        let milliseconds = max(min(deadline - now, longestProgramCall).nanoseconds / 1_000_000, 0)
        let fraction = "\(milliseconds % 1_000)"
        return "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}

extension ProgramDesk.Program {
    /// - Returns: false where it does not have this call in hand.
    mutating func ended(_ key: SlabKey, _ end: ProgramEnd) -> Bool {
        guard calls.remove(key) != nil else { return false }
        switch end {
        case .answer:
            counters.answered += 1
            life.served()
        case .garbage: counters.garbage += 1
        case .lost: counters.lost += 1
        case .unreachable: counters.unreachable += 1
        }
        return true
    }
}
