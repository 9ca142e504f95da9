import Drills
import MeshBase
import Reports

/// The failures of a scenario from second to second, from its first action until the mesh had settled; see `FailureWave`.
struct ScenarioWave: Sendable {
    private var requests: [UInt64] = []
    private var failed: [UInt64] = []
    /// The first second in which failures reached each service, and each cell.
    private var services: [String: Int] = [:]
    private var cells: [String: Int] = [:]
    /// Where the last fault ended.
    private var lastEnd = 0

    /// Seconds at most; what comes later is left out.
    static let most = 3_600
    /// Services, and cells, that are told apart.
    private static let mostGroups = 2_048
    /// Of fewer requests in a second nothing is said of a group.
    private static let least: UInt64 = 5

    mutating func take(_ second: RunSecond) {
        guard requests.count < Self.most else { return }
        Self.note(second.services, at: requests.count, in: &services)
        Self.note(second.cells, at: requests.count, in: &cells)
        requests.append(second.all.requests)
        failed.append(second.all.requests - min(second.all.ok, second.all.requests))
    }

    private static func note(_ tallies: [String: RunSecond.Tally], at place: Int, in firsts: inout [String: Int]) {
        for (name, tally) in tallies where firsts[name] == nil && firsts.count < mostGroups {
            let failed = tally.requests - min(tally.ok, tally.requests)
            if tally.requests >= least, Double(failed) >= FailureWave.seen * Double(tally.requests) {
                firsts[name] = place
            }
        }
    }

    /// What had been injected is over.
    mutating func faultEnded() { lastEnd = requests.count }

    /// Of all of it.
    ///
    /// - Parameter falls: services that fell, as their cells tell: they know more of them than clients do.
    func whole(_ falls: [DrillFall]?) -> FailureWave {
        var firsts: [String: Int] = [:]
        for fall in falls ?? [] {
            let place = max(Int(fall.afterMilliseconds / 1_000), 0)
            firsts[fall.service] = min(firsts[fall.service] ?? place, place)
        }
        let reached = firsts.count > 1 ? firsts : services
        return FailureWave(
            requests: requests, failed: failed, period: .seconds(1), services: reached.values.sorted(),
            cells: cells.values.sorted())
    }

    /// Of what was left, or came anew, once the last fault had ended.
    var aftermath: FailureWave {
        FailureWave(
            requests: Array(requests[lastEnd...]), failed: Array(failed[lastEnd...]), period: .seconds(1))
    }
}
