import Drills
import Evacuation

extension RunReport {
    /// Which kind of run a plan is.
    package static func kind(of plan: EvacuationPlan.Kind) -> Kind {
        switch plan {
        case .evacuate: .evacuation
        case .restore: .restore
        case .add, .drain: .cells
        }
    }

    /// Takes what an evacuation, a restore or another move of cells has found.
    package mutating func take(_ evacuation: EvacuationReport) {
        figures = [
            .init("customers moved", Double(evacuation.customersMoved)),
            .init("records copied", Double(evacuation.recordsCopied)),
            .init("records verified", Double(evacuation.recordsVerified)),
            .init("acknowledged writes lost", evacuation.acknowledgedWritesLost.map { Double($0) }),
            .init("rerouted after", evacuation.reroutedMilliseconds, .milliseconds),
            .init("pause of writes, p99", evacuation.writePause?.p99, .milliseconds),
            .init("pause of writes, longest", evacuation.writePause?.max, .milliseconds),
        ]
        var claims: [DrillClaim] = [
            .count(
                "the plan came to its end", evacuation.outcome == .completed ? 1 : 0, .equal, 1,
                detail: evacuation.reason ?? evacuation.outcome.rawValue)
        ]
        if evacuation.recordsVerified > 0 || evacuation.acknowledgedWritesLost != nil {
            claims.append(.count("acknowledged writes lost", evacuation.acknowledgedWritesLost, .equal, 0))
        }
        claims.append(
            .count(
                "customers held back", evacuation.heldBack.count, .equal, 0,
                detail: evacuation.heldBack.isEmpty ? nil : evacuation.heldBack.prefix(5).joined(separator: ", ")))
        claims += evacuation.stages.map { stage in
            .count(
                "stage of \(stage.percent) % was not green", stage.outcome == .green ? 0 : 1, .equal, 0,
                detail: stage.detail)
        }
        judge(claims)
        for span in evacuation.spans ?? [] {
            let stage = span.percent.map { " to \($0) %" } ?? ""
            timeline.append(
                RunMoment(
                    at: span.startMilliseconds, .change, evacuation.region,
                    "\(span.name.rawValue)\(stage), \(Wording.time(milliseconds: span.durationMilliseconds))"))
        }
        timeline.sort { ($0.at, $0.class) < ($1.at, $1.class) }
        let surplus = timeline.count - RunHistory.most
        if surplus > 0 {
            timeline.removeLast(surplus)
            left += surplus
        }
    }
}
