import Drills

/// Two reports side by side: `report diff`.
package struct RunComparison: Codable, Sendable, Equatable {
    /// One side of a claim.
    package struct Side: Codable, Sendable, Equatable {
        @Nullable package var observed: Double?
        @Nullable package var low: Double?
        @Nullable package var high: Double?
        package var verdict: DrillClaim.Verdict

        init(_ claim: DrillClaim) {
            verdict = claim.verdict
            observed = claim.observed
            low = claim.low
            high = claim.high
        }
    }

    /// What both claim, or one alone.
    package struct Claim: Codable, Sendable, Equatable {
        package var name: String
        package var `class`: DrillClaim.Class

        init(_ name: String, _ class: DrillClaim.Class) {
            self.name = name
            self.class = `class`
            a = nil
            b = nil
            different = nil
        }

        /// Nil where a report does not claim it.
        @Nullable package var a: Side?
        @Nullable package var b: Side?
        /// Whether the figures differ for certain: their intervals do not meet. Nil where one of them is not known.
        @Nullable package var different: Bool?

        /// What is to be said of the two figures: `equal`, `for certain`, `may be chance`; `-` where one is not known.
        package var word: String {
            guard let different else { return "-" }
            if different { return "for certain" }
            return a?.observed == b?.observed ? "equal" : "may be chance"
        }
    }

    /// A figure of both.
    package struct Figure: Codable, Sendable, Equatable {
        package var name: String
        package var unit: RunReport.Figure.Unit

        init(_ name: String, _ unit: RunReport.Figure.Unit) {
            self.name = name
            self.unit = unit
            a = nil
            b = nil
        }

        @Nullable package var a: Double?
        @Nullable package var b: Double?
    }

    package var schema = ReportJSON.schema
    /// The ids of the reports.
    package var a: String
    package var b: String
    package var claims: [Claim]
    package var figures: [Figure]

    package init(_ a: RunReport, _ b: RunReport) {
        self.a = a.id
        self.b = b.id
        let names =
            a.claims.map(\.name) + b.claims.map(\.name).filter { name in !a.claims.contains { $0.name == name } }
        claims = names.compactMap { name in
            let (left, right) = (a.claims.first { $0.name == name }, b.claims.first { $0.name == name })
            guard let known = left ?? right else { return nil }
            var claim = Claim(name, known.class)
            claim.a = left.map { Side($0) }
            claim.b = right.map { Side($0) }
            claim.different = left.flatMap { left in right.flatMap { Self.differ(left, $0) } }
            return claim
        }
        figures = a.figures.compactMap { left in
            guard let right = b.figures.first(where: { $0.name == left.name && $0.unit == left.unit }) else {
                return nil
            }
            var figure = Figure(left.name, left.unit)
            (figure.a, figure.b) = (left.value, right.value)
            return figure
        }
    }

    private static func differ(_ a: DrillClaim, _ b: DrillClaim) -> Bool? {
        guard a.class == b.class, let lowA = a.low, let lowB = b.low, a.observed != nil, b.observed != nil else {
            return nil
        }
        // An interval without an upper end goes on for ever.
        return lowA > b.high ?? .infinity || lowB > a.high ?? .infinity
    }
}
