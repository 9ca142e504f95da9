import MeshBase
import Topology

/// Time limits of calls against each other, against the work inside of them, and against patience (C1-C3, C29).
struct TimeoutLints {
    let reporter: Reporter
    let loaded: LoadedBlueprint
    let policies: PolicyResolver
    private var blueprint: Blueprint { loaded.blueprint }
    private let needs: TimeNeeds

    /// The longest that a person waits for one of many calls.
    static let patience = TimeAmount.seconds(30)

    init(reporter: Reporter, loaded: LoadedBlueprint, policies: PolicyResolver) {
        self.reporter = reporter
        self.loaded = loaded
        self.policies = policies
        needs = TimeNeeds(loaded.blueprint, policies: policies)
    }

    func check() {
        for (number, (service, marks)) in zip(blueprint.services, loaded.services).enumerated() {
            for (call, (edge, edgeMarks)) in zip(service.calls, marks.edges).enumerated() {
                check(edge, edgeMarks, policies.call(call, of: number))
            }
            for (group, groupMarks) in zip(service.parallel ?? [], marks.groups) {
                check(group, groupMarks, number, marks)
            }
        }
        checkEqual()
    }

    private func check(_ edge: Edge, _ marks: LoadedBlueprint.EdgeMarks, _ inForce: PoliciesInForce) {
        let target = blueprint.services[edge.to]
        let timeout = Syntax.written(inForce.timeout)
        if marks.timeout == nil {
            reporter.warning(
                .timeoutMissing, at: marks.position, "the call to '\(target.name)' has no timeout; it gets \(timeout)",
                hint: "set 'timeout' to what the caller can bear to wait")
        }
        let place = marks.timeout ?? marks.position
        // An attempt runs the target whole.
        if !target.calls.isEmpty, let need = needs.need(ofService: edge.to),
            let enough = needs.wanted(ofService: edge.to), inForce.attemptTimeout < enough
        {
            reporter.warning(
                .timeoutHierarchy, at: marks.attemptTimeout ?? place,
                "an attempt at '\(target.name)' ends after \(Syntax.written(inForce.attemptTimeout)), and with its own calls "
                    + "that may take "
                    + "\(Syntax.written(need)) (\(needs.path(from: edge.to))): work goes on that nobody waits for",
                hint: "give it \(Syntax.written(enough)), what it needs and 20 % more, or shorten the calls inside")
        }
        if let own = edge.attemptTimeout, own > inForce.timeout {
            let line = marks.timeout.map { " in line \($0.line)" } ?? ""
            reporter.warning(
                .attemptAboveTimeout, at: marks.attemptTimeout ?? place,
                "'attempt-timeout' is \(Syntax.written(own)), and 'timeout' of the call to '\(target.name)'\(line) ends it "
                    + "after \(timeout): the limit of an attempt never acts",
                hint: "shorter than 'timeout', so that there is time for another attempt, or leave it out")
        }
        let limits = LimitLints(reporter, edge, marks, to: target, loaded.services[edge.to], inForce)
        limits.checkLadder()
        limits.checkSlow(.call, marks.policies["breaker.slow-after"])
        let work = target.ownTime
        if work > inForce.attemptTimeout, target.ladder == nil || !inForce.isOn(.ladder) {
            reporter.warning(
                .workAboveTimeout, at: marks.attemptTimeout ?? place,
                "one call in a hundred to '\(target.name)' takes \(Syntax.written(work)) by itself, more than its "
                    + "timeout of \(Syntax.written(inForce.attemptTimeout))")
        }
        if inForce.timeout > Self.patience, marks.timeout != nil {
            reporter.warning(
                .timeoutPatience, at: place, "nobody waits \(timeout) for one call",
                hint: "at most \(Syntax.written(Self.patience)), or queue the work")
        }
        checkFit(edge, marks, inForce, target)
    }

    private func checkFit(
        _ edge: Edge, _ marks: LoadedBlueprint.EdgeMarks, _ inForce: PoliciesInForce, _ target: Service
    ) {
        let written = marks.policies["retry.attempts"] ?? marks.policies["retry.preset"]
        if let written, inForce.attempts > 1 {
            let sum = TimeNeeds.attempts(edge, inForce)
            if sum > inForce.timeout {
                reporter.warning(
                    .retryDoesNotFit, at: written,
                    "\(inForce.attempts) attempts at '\(target.name)' and the waits between them may take "
                        + "\(Syntax.written(sum)), and the call ends after \(Syntax.written(inForce.timeout)): the last "
                        + "ones are not made",
                    hint: edge.attemptTimeout == nil && target.attemptTimeout == nil
                        ? "set 'attempt-timeout': left out, the first attempt may take all of the time"
                        : "a shorter 'attempt-timeout', fewer attempts, or a longer 'timeout'")
            }
        }
        if let ceiling = edge.policies?.timeouts?.ceiling, inForce.isOn(.adaptiveTimeout), edge.attemptTimeout != nil,
            inForce.attemptTimeout * ceiling > inForce.timeout
        {
            reporter.warning(
                .adaptiveAboveParent, at: marks.policies["timeouts.ceiling"] ?? marks.position,
                "an attempt at '\(target.name)' may grow to \(Syntax.written(inForce.attemptTimeout * ceiling)), and the "
                    + "call ends after \(Syntax.written(inForce.timeout))",
                hint: "a lower 'ceiling', or a longer 'timeout'")
        }
        let deadline = inForce.values.deadline
        let least = (deadline?.reserve ?? .zero) + (deadline?.minimum ?? .zero)
        if inForce.isOn(.deadline), let position = marks.timeout, inForce.timeout < least {
            reporter.warning(
                .deadlineTooShort, at: position,
                "'\(target.name)' makes no call of its own within \(Syntax.written(inForce.timeout)): the reserve and the "
                    + "least remaining time of a deadline are \(Syntax.written(least))",
                hint: "a longer 'timeout', or 'deadline: {reserve, minimum}'")
        }
    }

    private func check(
        _ group: ParallelCalls, _ marks: LoadedBlueprint.GroupMarks, _ service: Int,
        _ serviceMarks: LoadedBlueprint.ServiceMarks
    ) {
        let longest = group.range.map { policies.call($0, of: service).timeout }.max() ?? .zero
        if let limit = group.joinWithin, limit > longest, let position = marks.joinWithin {
            reporter.warning(
                .joinAboveTimeout, at: position,
                "'join-within' is \(Syntax.written(limit)), and every call of the group has ended after "
                    + "\(Syntax.written(longest)): it never acts",
                hint: "shorter than the longest 'timeout', or leave it out")
        }
        for call in group.range {
            let edge = blueprint.services[service].calls[call]
            let timeout = policies.call(call, of: service).timeout
            guard let limit = edge.joinWithin, limit > timeout, let position = serviceMarks.edges[call].joinWithin
            else { continue }
            reporter.warning(
                .joinAboveTimeout, at: position,
                "'join-within' is \(Syntax.written(limit)), and the call has ended after \(Syntax.written(timeout)): it "
                    + "never acts",
                hint: "shorter than 'timeout', or leave it out")
        }
    }

    /// Limits that are all the same were not measured.
    private func checkEqual() {
        let written = zip(blueprint.services, loaded.services).flatMap { service, marks in
            zip(service.calls, marks.edges).compactMap { edge, mark in mark.timeout.map { (edge.timeout, $0) } }
        }
        guard written.count >= 3, let first = written.first, written.allSatisfy({ $0.0 == first.0 }) else { return }
        reporter.warning(
            .timeoutsEqual, at: first.1,
            "all \(written.count) calls have the timeout \(Syntax.written(first.0)): a caller waits as long as its slowest "
                + "part, whatever each part needs",
            hint: "give each call what its target needs, from a measured run")
    }
}
