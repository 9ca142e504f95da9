import Drills
import MeshBase

extension FeedDrill {
    /// The first ones, as short as the feed has them.
    package static func claims(_ claims: [DrillClaim]) -> [FeedClaim] {
        claims.prefix(mostClaims).map { claim in
            FeedClaim(
                name: claim.name.shortened(to: longestText), verdict: claim.verdict.rawValue,
                text: "\(RunReport.figure(claim.observed, claim)), bound \(claim.comparison.rawValue) "
                    + RunReport.figure(claim.bound, claim))
        }
    }

    /// What its report says of a drill that has ended.
    package init(_ report: DrillReport, since: Int64) {
        self.init(
            name: report.drill, step: "ended", since: since,
            outcome: report.outcome == .passed && !report.conclusive ? "inconclusive" : report.outcome.rawValue,
            detail: report.reason?.shortened(to: Self.longestText), claims: Self.claims(report.claims),
            report: report.id)
    }
}

extension String {
    /// The first characters, and a sign for those that are left out.
    package func shortened(to most: Int) -> String { count <= most ? self : "\(prefix(most - 1))\u{2026}" }
}
