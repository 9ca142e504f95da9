import Drills
import MeshBase

extension FeedDrill {
    /// The first ones, as short as the feed has them, and in place of the last what became of those that are left out.
    package static func claims(_ claims: [DrillClaim]) -> [FeedClaim] {
        let isWhole = claims.count <= mostClaims
        let shown = claims.prefix(isWhole ? mostClaims : mostClaims - 1).map { claim in
            FeedClaim(
                name: claim.name.shortened(to: longestText), verdict: claim.verdict.rawValue,
                text: "\(RunReport.figure(claim.observed, claim)), bound \(claim.comparison.rawValue) "
                    + RunReport.figure(claim.bound, claim))
        }
        return isWhole ? shown : shown + [rest(claims.dropFirst(shown.count))]
    }

    private static func rest(_ claims: some Collection<DrillClaim>) -> FeedClaim {
        // The gravest first.
        let order: [DrillClaim.Verdict] = [.deviated, .undecided, .met]
        let counts = order.map { verdict in (verdict, claims.count { $0.verdict == verdict }) }.filter { $0.1 > 0 }
        return FeedClaim(
            name: "and \(claims.count) more", verdict: (counts.first?.0 ?? .met).rawValue,
            text: counts.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", "))
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
