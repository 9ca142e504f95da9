import MeshBase
import Wire

/// The programs of the user's own that are services of this cell.
extension CellNode {
    /// What is due of the programs: starts, questions and kills.
    mutating func wakePrograms(now: Instant, into sink: inout some CellSink) {
        guard now >= graph.programs.nextDeadline() else { return }
        for order in graph.programs.wake(now: now) {
            switch order {
            case .start(let service, _): _ = graph.programs.change(service) { $0.counters.starts += 1 }
            case .kill(let service, _): tell(service, .late(after: graph.programs.rule.startup), into: &sink)
            case .ask, .call, .drop: break
            }
            sink.program(order)
        }
    }

    /// The answer to a question whether a program is ready.
    ///
    /// - Parameter number: of the process that was asked.
    package mutating func programProbed(
        _ service: Int, number: UInt32, isReady: Bool, now: Instant, into sink: inout some CellSink
    ) {
        guard let program = graph.programs[service], program.life.number == number else { return }
        let rule = graph.programs.rule
        guard let change = graph.programs.change(service, { $0.life.answered(isReady, rule, now: now) }) ?? nil else {
            return
        }
        tell(service, change == .ready ? .ready : .unready, into: &sink)
    }

    /// The process of a program has ended, or could not be started.
    ///
    /// - Parameter how: for people.
    package mutating func programEnded(
        _ service: Int, number: UInt32, how: String, now: Instant, into sink: inout some CellSink
    ) {
        guard let program = graph.programs[service], program.life.number == number else { return }
        let rule = graph.programs.rule
        let again = graph.programs.change(service) { program in
            program.counters.ends += 1
            return program.life.ended(rule, now: now)
        }
        if let again = again ?? nil { tell(service, .ended(how, again: again), into: &sink) }
        graph.programEnded(service, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// A program has answered a call, or never will.
    package mutating func programAnswered(
        _ ticket: UInt64, service: Int, _ end: ProgramEnd, now: Instant, into sink: inout some CellSink
    ) {
        if end == .garbage { tell(service, .garbled, into: &sink) }
        graph.programAnswered(ticket, end, now: now, into: &sink)
        graph.runSteps(now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// What a client asked for, where that may reach a program; nil elsewhere.
    func programRequest(_ service: Int, _ frame: borrowing FrameView) -> ProgramRequest? {
        guard graph.catalogue.reachesProgram[service] else { return nil }
        let note = KeyedNote(frame.note, isKeyed: frame.head.flags.contains(.keyed))
        return ProgramRequest(
            customer: Array(frame.customer),
            method: HTTPMethod(rawValue: UInt8(truncatingIfNeeded: frame.head.status)) ?? .get, path: Array(note.path),
            key: note.key, trace: frame.head.trace, traceState: Array(frame.traceState), body: Array(frame.body))
    }

    private func tell(_ service: Int, _ event: ProgramEvent, into sink: inout some CellSink) {
        sink.emit(.program(service: graph.services[service].name, event))
    }

    /// None of them is started again: the cell ends.
    package mutating func stopPrograms() { graph.programs.stop() }

    /// The programs, for metrics and pages.
    package func programs() -> [ProgramView] {
        graph.programs.programs.map {
            ProgramView(
                service: graph.services[$0.service].name, phase: $0.life.phase, restarts: $0.life.restarts,
                busy: $0.calls.count, counters: $0.counters)
        }
    }
}
