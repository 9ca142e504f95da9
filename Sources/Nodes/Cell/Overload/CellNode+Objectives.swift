import MeshBase
import Resilience

/// The cell gives features up where its objectives are missed, and takes them back when they are met (C21, C22).
extension CellNode {
    /// Whether `judge` is due; `wake` calls it then. A driver that wants to know how long it takes calls it first.
    package func mustJudge(_ now: Instant) -> Bool { now >= objectives.nextLook }

    /// Looks at the objectives, and moves the level, or the quality of each feature.
    package mutating func judge(now: Instant, into sink: inout some CellSink) {
        guard let look = objectives.look(now: now), let controller = objectives.controller else { return }
        if let isViolated = look.violation { sink.emit(.objectives(cell: name, isViolated: isViolated, look.verdict)) }
        let change = graph.switches.control(
            controller.level, chosen: controller.qualities(of: graph.switches.level.table))
        if let change { sink.emit(.degradation(cell: name, change)) }
        if look.changedFrom != nil || controller.policy.mode == .optimise { lookAtQualities(now: now, into: &sink) }
    }

    /// Of each objective that the last look could judge, by how much it is missed, 0 to 1; nil where nobody judges.
    package var severities: [(objective: String, severity: Double)]? {
        guard let controller = objectives.controller else { return nil }
        let policy = controller.policy
        let declared: [ObjectiveKind] = ObjectiveKind.allCases.filter {
            switch $0 {
            case .p99: policy.p99 != nil
            case .errorRate: policy.errorRate != nil
            case .throughput: policy.throughput != nil
            }
        }
        return declared.map { kind in
            let finding = objectives.verdict?.findings.first { $0.objective == kind }
            return ("\(kind.name)", finding?.severity ?? 0)
        }
    }

    /// What is given up now.
    package var degradation: DegradationView {
        let switches = graph.switches
        return DegradationView(
            level: switches.level.level, source: switches.level.source, manual: switches.manual?.level,
            controller: objectives.controller?.level,
            verdict: objectives.verdict?.explanation().detail,
            features: switches.level.table.features.enumerated().map { number, feature in
                let isFlagged = graph.services.indices.contains {
                    !switches.flags.isOn(feature: number, from: $0)
                }
                let isOn = !isFlagged && switches.level.isOn(number)
                // What its services do less of under pressure is less of it.
                let served =
                    graph.qualities.entries.filter { $0.scaler != nil && $0.features.contains(number) }
                    .map(\.served.quality).min() ?? 1
                return .init(
                    name: feature.name, criticality: feature.criticality, isOn: isOn,
                    quality: isOn ? min(switches.level.quality(number), served) : 0, score: feature.score)
            })
    }

    /// The rung of each service that has a ladder, and how many of its calls fell to a plainer one.
    package var ladders: [(service: String, rung: Int, mode: String, falls: UInt64)] {
        graph.services.indices.compactMap { service in
            let entry = graph.qualities.entries[service]
            return entry.ladder.map {
                (graph.services[service].name, $0.rung, $0.ladder.rungs[$0.rung].mode, entry.falls)
            }
        }
    }
}

/// What a cell gives up, for pages and metrics.
package struct DegradationView: Sendable, Equatable {
    package struct Feature: Sendable, Equatable {
        package let name: String
        package let criticality: FeatureCriticality
        /// By flags and level.
        package let isOn: Bool
        /// 0...1; 0 where it is off.
        package let quality: Double
        /// Worth for its cost.
        package let score: Double
    }
    /// In force.
    package let level: DegradationLevel
    package let source: DegradationState.Source
    /// Set by hand for this cell, or for what it is part of; nil: nothing.
    package let manual: DegradationLevel?
    /// What the controller asks for; nil: there is none.
    package let controller: DegradationLevel?
    /// How the last window stood against the objectives; nil: nobody judges, or not yet.
    package let verdict: String?
    package let features: [Feature]
}
