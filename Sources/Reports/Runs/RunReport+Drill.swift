import Drills

extension RunReport {
    /// A drill's report as all others are: its steps are what happened.
    package init(_ drill: DrillReport) {
        let what = drill.target.map { "\(drill.drill) of \($0)" } ?? drill.drill
        self.init(
            id: drill.id, kind: .drill, title: what, mesh: drill.mesh, begun: drill.began, ended: drill.began,
            durationMilliseconds: drill.durationMilliseconds, command: drill.command)
        judge(drill.claims)
        conclusive = drill.conclusive
        ok = drill.outcome == .passed && drill.conclusive
        outcome =
            switch drill.outcome {
            case .passed: drill.conclusive ? .passed : .inconclusive
            case .deviated, .aborted: .deviated
            case .baselineNotMet: .inconclusive
            case .interrupted: .interrupted
            case .error, .probeError: .failed
            }
        if let reason = drill.reason, !reasons.contains(reason) { reasons.insert(reason, at: 0) }
        timeline = drill.steps.filter { $0.outcome != .skipped }.map { step in
            let part: RunMoment.Class =
                switch step.part {
                case .injects: .cause
                case .takesBack: .recovery
                case .before, .during, .after, .tidies: .change
                }
            return RunMoment(
                at: step.startMilliseconds, part, step.name,
                step.outcome == .failed ? "failed: \(step.detail)" : step.detail)
        }
        falls = drill.falls
        wave = drill.wave
        var noise = RunNoise()
        noise.lagP99 = drill.noise.lateMilliseconds
        noise.dropped = drill.noise.dropped
        self.noise = noise
    }
}
