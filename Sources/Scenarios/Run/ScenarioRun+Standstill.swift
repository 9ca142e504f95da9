import Drills
import MeshBase
import Reports

/// What becomes of a run whose driver stands still: it sees nothing meanwhile, sends nothing and takes nothing back in time.
extension ScenarioRun {
    /// A baseline is taken again so often at most since its driver stood still.
    private static let mostRetaken = 3

    mutating func stood(_ length: TimeAmount, now: Instant) {
        guard phase != .over else { return }
        let text = "the drill itself stood still for \(Wording.time(milliseconds: length.milliseconds))"
        report.steps.append(step("standstill", phase.part, text, from: max(now - length, began), now, .failed))
        switch phase {
        case .baseline where mayWrite && retaken < Self.mostRetaken:
            retaken += 1
            takeBaselineAgain(text, now: now)
        default: ledger.stood(length)
        }
    }

    mutating func takeBaselineAgain(_ why: String, now: Instant) {
        end(.baseline, "taken again: \(why)", now: now)
        enter(.baseline, now: now)
        abortCounts = Array(repeating: 0, count: scenario.abort.count)
        ledger.beginBaseline()
        due = now + scenario.baseline.length
    }
}
