import Drills

extension RunReport {
    /// A monkey's day as a report: each kill with its claims, each draw that was spared with its reason.
    ///
    /// - Parameters:
    ///   - rows: of the day, newest first: all kills, and the last draws that were spared.
    ///   - day: how many there were.
    ///   - since: milliseconds from the report's begin to a row.
    package mutating func take(_ rows: [MonkeyRow], of day: MonkeyDayCounts, since: (MonkeyRow) -> Double) {
        let kills = rows.filter { !$0.isSpared }.reversed()
        judge(
            kills.prefix(Self.mostKills).flatMap { row in
                row.claims.map { $0.named("\(row.cell ?? row.region), draw \(row.draw): \($0.name)") }
            })
        if kills.contains(where: { $0.claims.isEmpty }), outcome == .passed || outcome == .observed {
            (outcome, ok, conclusive) = (.inconclusive, false, false)
        }
        reasons += kills.filter { $0.claims.isEmpty }.prefix(Self.mostKills).map {
            "\($0.cell ?? $0.region), draw \($0.draw): \($0.outcome)\($0.reason.map { ", \($0)" } ?? "")"
        }
        figures = [
            Figure("cells killed", Double(day.killed)), Figure("draws spared", Double(day.spared)),
            Figure("longest recovery", rows.compactMap(\.recoveryMilliseconds).max(), .milliseconds),
        ]
        timeline += rows.prefix(Self.mostRows).reversed().map { row in
            row.isSpared
                ? RunMoment(at: since(row), .change, "region/\(row.region)", "spared: \(row.reason ?? "")")
                : RunMoment(
                    at: since(row), .cause, "cell/\(row.cell ?? row.region)",
                    "\(row.outcome)\(row.reason.map { ": \($0)" } ?? "")")
        }
        timeline.sort { ($0.at, $0.class) < ($1.at, $1.class) }
        left += max(day.killed + day.spared - min(rows.count, Self.mostRows), 0)
    }

    private static let mostKills = 200
    private static let mostRows = 200
}
