import MeshBase
import Topology

/// What is to happen within the limit of one gate, against that limit (C1, C8, C24).
struct LimitLints {
    let reporter: Reporter
    let target: Service
    let targetMarks: LoadedBlueprint.ServiceMarks
    let inForce: PoliciesInForce
    /// For messages: "'timeout' of the call".
    let limitName: String
    let limitPosition: Position

    /// The gate of a call.
    init(
        _ reporter: Reporter, _ edge: Edge, _ marks: LoadedBlueprint.EdgeMarks, to target: Service,
        _ targetMarks: LoadedBlueprint.ServiceMarks, _ inForce: PoliciesInForce
    ) {
        self.reporter = reporter
        self.target = target
        self.targetMarks = targetMarks
        self.inForce = inForce
        if let position = marks.attemptTimeout {
            (limitName, limitPosition) = ("'attempt-timeout' of the call", position)
        } else if let own = target.attemptTimeout, own < inForce.timeout {
            let line = targetMarks.attemptTimeout.map { " in line \($0.line)" } ?? ""
            (limitName, limitPosition) = ("'attempt-timeout' of '\(target.name)'\(line)", marks.position)
        } else {
            (limitName, limitPosition) = ("'timeout' of the call", marks.timeout ?? marks.position)
        }
    }

    /// A router's gate.
    init(
        _ reporter: Reporter, _ target: Service, _ targetMarks: LoadedBlueprint.ServiceMarks,
        _ inForce: PoliciesInForce
    ) {
        self.reporter = reporter
        self.target = target
        self.targetMarks = targetMarks
        self.inForce = inForce
        limitPosition = targetMarks.attemptTimeout ?? targetMarks.position
        limitName =
            targetMarks.attemptTimeout == nil
            ? "'routing.attempt-timeout' of the topology" : "'attempt-timeout' of '\(target.name)'"
    }

    private var limit: String { Syntax.written(inForce.attemptTimeout) }

    /// The ways of a ladder: each by itself, and one after the other where better ones fail.
    func checkLadder() {
        guard inForce.isOn(.ladder), let ladder = target.ladder, let line = targetMarks.rungs.first?.line
        else { return }
        let times = target.ways
        if let longest = times.max(), longest > inForce.attemptTimeout, let way = times.firstIndex(of: longest) {
            reporter.warning(
                .ladderAboveTimeout, at: limitPosition,
                "the way '\(ladder[way].mode)' of '\(target.name)' ('ladder' in line \(line)) may take "
                    + "\(Syntax.written(longest)), and \(limitName) ends an attempt after \(limit): it is never in time",
                hint: "a longer limit, or a way that needs less")
            return
        }
        let sum = times.reduce(.zero) { $0 + $1 }
        guard sum > inForce.attemptTimeout else { return }
        reporter.warning(
            .ladderAboveTimeout, at: limitPosition,
            "the ways of '\(target.name)' ('ladder' in line \(line)) may take \(Syntax.written(sum)) one after the other, "
                + "and \(limitName) ends an attempt after \(limit): where the better ones fail there is no time for the last",
            hint: "a longer limit, or ways that need less")
    }

    /// - Parameters:
    ///   - place: what the gate's own block belongs to.
    ///   - own: where that block says it.
    func checkSlow(_ place: WrittenPlace, _ own: Position?) {
        guard inForce.isOn(.breaker), case .written(let origin, _)? = inForce.origins["breaker.slow-after"],
            let slow = inForce.values.breaker?.slowAfter, slow >= inForce.attemptTimeout
        else { return }
        let line = origin == .service ? targetMarks.policies["breaker.slow-after"]?.line : nil
        let written = origin == place ? "" : " of the \(origin.name)" + (line.map { " in line \($0)" } ?? "")
        reporter.warning(
            .slowAboveTimeout, at: origin == place ? own ?? limitPosition : limitPosition,
            "'breaker.slow-after'\(written) is \(Syntax.written(slow)), and \(limitName) ends an attempt after \(limit): no "
                + "call of '\(target.name)' is ever slow",
            hint: "below the limit, or leave it out: then it is half of it")
    }
}
