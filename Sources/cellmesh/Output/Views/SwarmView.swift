import Reports
import SimDriver

/// `sim swarm`, `sim sweep` and `sim minimise`.
enum SwarmView {
    private struct Document: Encodable {
        let schema = ReportJSON.schema
        var runs: Int
        var failures: [Failure]
        var events: UInt64
        var simulatedMilliseconds: Double
        var wallMilliseconds: Double
        var faultsFired: Int
        var requests: Int
        var oracles: [Oracle]

        private enum CodingKeys: String, CodingKey {
            case schema, runs, failures, events
            case simulatedMilliseconds = "simulated_ms"
            case wallMilliseconds = "wall_ms"
            case faultsFired = "faults_fired"
            case requests, oracles
        }
    }
    private struct Failure: Encodable {
        var seed: UInt64
        var title: String
        /// The first that said no.
        var oracle: String
        var replay: String
        var exitCode: Int32
        /// All that said no.
        var oracles: [String]
        var detail: String

        private enum CodingKeys: String, CodingKey {
            case seed, title, oracle, replay
            case exitCode = "exit_code"
            case oracles, detail
        }
    }
    /// In how many runs an oracle judged, and what came of it.
    private struct Oracle: Encodable {
        var oracle: String
        var judged: Int
        var violated: Int
        var skipped: Int
        var vacuous: Int
    }
    private struct Minimised: Encodable {
        let schema = ReportJSON.schema
        var seed: UInt64
        var oracles: [String]
        var faultsBefore: Int
        var faults: [String]
        var durationMilliseconds: Double
        var runs: Int
        var replay: String

        private enum CodingKeys: String, CodingKey {
            case schema, seed, oracles
            case faultsBefore = "faults_before"
            case faults
            case durationMilliseconds = "duration_ms"
            case runs, replay
        }
    }
    /// A seed that does not fail.
    private struct Sound: Encodable {
        let schema = ReportJSON.schema
        var seed: UInt64
        let oracles: [String] = []
    }

    static func make(_ outcomes: [SwarmOutcome], wall: Double, of noun: String) -> Report {
        let events = outcomes.reduce(0) { $0 + $1.events }
        let simulated = outcomes.reduce(0) { $0 + $1.simulatedMilliseconds }
        let faults = outcomes.reduce(0) { $0 + $1.faultsFired }
        let failed = outcomes.filter { !$0.failures.isEmpty }
        let counts = SwarmOutcome.counts(outcomes)
        let document = Document(
            runs: outcomes.count,
            failures: failed.map { outcome in
                Failure(
                    seed: outcome.seed, title: outcome.title, oracle: outcome.failures[0].oracle,
                    replay: outcome.replay, exitCode: outcome.exitCode, oracles: outcome.failures.map(\.oracle),
                    detail: outcome.failures[0].detail)
            }, events: events, simulatedMilliseconds: simulated, wallMilliseconds: wall, faultsFired: faults,
            requests: outcomes.reduce(0) { $0 + $1.requests },
            oracles: counts.map { oracle, counts in
                Oracle(
                    oracle: oracle, judged: counts["ok", default: 0] + counts["violated", default: 0],
                    violated: counts["violated", default: 0], skipped: counts["skipped", default: 0],
                    vacuous: counts["vacuous", default: 0])
            })
        return Report(document, names: failed.map { "\(noun)/\(noun == "seed" ? "\($0.seed)" : $0.title)" }) { style in
            var text = ""
            for outcome in failed {
                text += "\(style.painted(outcome.title, .red)), exit code \(outcome.exitCode)\n"
                for failure in outcome.failures { text += "  \(failure.oracle): \(failure.detail)\n" }
                text += "  replay: \(outcome.replay)\n"
            }
            var table = style.table([
                .init("ORACLE"), .init("OK", .right), .init("VIOLATED", .right), .init("SKIPPED", .right),
                .init("VACUOUS", .right),
            ])
            for (oracle, counts) in counts {
                table.add(
                    [.init(oracle)]
                        + ["ok", "violated", "skipped", "vacuous"].map { word in
                            .init(
                                "\(counts[word, default: 0])", word == "violated" && counts[word] != nil ? .red : .plain
                            )
                        })
            }
            text += table.render() + "\n"
            let speed = wall > 0 ? simulated / wall : 0
            let rate = wall > 0 ? Double(events) / wall * 1000 : 0
            return text + "\(Wording.plural(outcomes.count, noun)), \(Wording.count(failed.count)) failed; "
                + "\(Wording.plural(faults, "fault")) fired, \(Wording.count(Int(clamping: events))) events "
                + "(\(Wording.count(Int(rate))) a second), \(Wording.time(milliseconds: simulated)) of virtual time in "
                + "\(Wording.time(milliseconds: wall)) (\(Wording.fixed(speed, 0))x)\n"
        }
    }

    static func make(_ found: SimMinimiser.Outcome, replay: String) -> Report {
        let plan = found.configuration.faults.map { "\($0)" }
        let document = Minimised(
            seed: found.configuration.seed, oracles: found.oracles, faultsBefore: found.faultsBefore, faults: plan,
            durationMilliseconds: found.configuration.duration.milliseconds, runs: found.runs, replay: replay)
        return Report(document, names: plan) { _ in
            var text = "\(Wording.plural(found.faultsBefore, "fault")) made \(plan.count) in "
            text += "\(Wording.plural(found.runs, "run")):\n"
            for line in plan { text += "  \(line)\n" }
            for verdict in found.report.verdicts where !verdict.ok { text += "\(verdict.oracle): \(verdict.detail)\n" }
            return text + "replay: \(replay)\n"
        }
    }

    static func sound(_ seed: UInt64) -> Report {
        Report(Sound(seed: seed)) { _ in "seed \(seed) does not fail\n" }
    }
}
