import SimDriver

/// `sim swarm`, `sim sweep` and `sim minimise`.
enum SwarmView {
    static func make(_ outcomes: [SwarmOutcome], wall: Double, of noun: String) -> Report {
        let events = outcomes.reduce(0) { $0 + $1.events }
        let simulated = outcomes.reduce(0) { $0 + $1.simulatedMilliseconds }
        let faults = outcomes.reduce(0) { $0 + $1.faultsFired }
        let failed = outcomes.filter { !$0.failures.isEmpty }
        let counts = SwarmOutcome.counts(outcomes)
        let document = JSONValue.document([
            ("runs", .integer(outcomes.count)),
            (
                "failures",
                .array(
                    failed.map { outcome in
                        .object([
                            ("seed", .integer(outcome.seed)), ("title", .string(outcome.title)),
                            ("oracle", .string(outcome.failures[0].oracle)),
                            ("replay", .string(outcome.replay)), ("exit_code", .integer(outcome.exitCode)),
                            ("oracles", .strings(outcome.failures.map(\.oracle))),
                            ("detail", .string(outcome.failures[0].detail)),
                        ])
                    })
            ),
            ("events", .integer(events)), ("simulated_ms", .decimal(simulated)), ("wall_ms", .decimal(wall)),
            ("faults_fired", .integer(faults)), ("requests", .integer(outcomes.reduce(0) { $0 + $1.requests })),
            (
                "oracles",
                .array(
                    counts.map { oracle, counts in
                        .object([
                            ("oracle", .string(oracle)),
                            ("judged", .integer(counts["ok", default: 0] + counts["violated", default: 0])),
                            ("violated", .integer(counts["violated", default: 0])),
                            ("skipped", .integer(counts["skipped", default: 0])),
                            ("vacuous", .integer(counts["vacuous", default: 0])),
                        ])
                    })
            ),
        ])
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
        let document = JSONValue.document([
            ("seed", .integer(found.configuration.seed)), ("oracles", .strings(found.oracles)),
            ("faults_before", .integer(found.faultsBefore)), ("faults", .strings(plan)),
            ("duration_ms", .decimal(found.configuration.duration.milliseconds)), ("runs", .integer(found.runs)),
            ("replay", .string(replay)),
        ])
        return Report(document, names: plan) { _ in
            var text = "\(Wording.plural(found.faultsBefore, "fault")) made \(plan.count) in "
            text += "\(Wording.plural(found.runs, "run")):\n"
            for line in plan { text += "  \(line)\n" }
            for verdict in found.report.verdicts where !verdict.ok { text += "\(verdict.oracle): \(verdict.detail)\n" }
            return text + "replay: \(replay)\n"
        }
    }

    static func sound(_ seed: UInt64) -> Report {
        let document = JSONValue.document([("seed", .integer(seed)), ("oracles", .strings([]))])
        return Report(document) { _ in "seed \(seed) does not fail\n" }
    }
}
