/// One of the four areas of the score, which is the mean of its checks.
package struct MaturityArea: Sendable, Equatable, Encodable {
    /// Something that an area has or has not.
    package struct Check: Sendable, Equatable, Encodable {
        /// A word.
        package let name: String
        /// 0...1.
        package let score: Double
        /// Whether there is nothing left to do.
        package var ok: Bool { score >= 1 }

        init(_ name: String, _ score: Double) {
            self.name = name
            self.score = score
        }

        /// All or nothing.
        init(_ name: String, _ isThere: Bool) { self.init(name, isThere ? 1 : 0) }

        private enum CodingKeys: String, CodingKey { case name, ok, score }

        package func encode(to encoder: any Encoder) throws {
            var document = encoder.container(keyedBy: CodingKeys.self)
            try document.encode(name, forKey: .name)
            try document.encode(ok, forKey: .ok)
            try document.encode(score, forKey: .score)
        }
    }

    /// Which one.
    package enum Name: String, Sendable, CaseIterable, Codable {
        case breakers, bulkheads, degradation, monitoring

        /// Of the score; together 1.
        package var weight: Double {
            switch self {
            case .breakers: 0.30
            case .bulkheads, .degradation: 0.25
            case .monitoring: 0.20
            }
        }
    }

    /// Which one.
    package let area: Name
    /// What it is made of.
    package let checks: [Check]
    /// 0...1.
    package var score: Double { checks.reduce(0) { $0 + $1.score } / Double(max(checks.count, 1)) }

    private enum CodingKeys: String, CodingKey { case area, weight, score, checks }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode(area, forKey: .area)
        try document.encode(area.weight, forKey: .weight)
        try document.encode(score, forKey: .score)
        try document.encode(checks, forKey: .checks)
    }

    func check(_ name: String) -> Bool { checks.first { $0.name == name }?.ok ?? false }

    /// What holds for so many of those that it could hold for holds.
    private static let most = 0.8

    /// - Parameter problems: codes of what `validate` says.
    static func all(_ facts: MaturityFacts, problems: Set<String>) -> [MaturityArea] {
        func coverage(_ pattern: MaturityPattern) -> Check {
            Check("presence", MaturityLab.score(coverage: facts.share(of: pattern)))
        }
        func mostly(_ name: String, _ share: Double) -> Check { Check(name, share >= most) }
        func sound(_ name: String, _ codes: String...) -> Check { Check(name, problems.isDisjoint(with: codes)) }
        return [
            MaturityArea(
                area: .breakers,
                checks: [
                    coverage(.breakers), mostly("adaptive-threshold", facts.adaptiveShare),
                    mostly("fallback", facts.fallbackShare), mostly("half-open", facts.halfOpenShare),
                    Check("metrics", facts.countsBreakers),
                ]),
            MaturityArea(
                area: .bulkheads,
                checks: [
                    coverage(.bulkheads), sound("pools-apart", "pool-mixed", "bulkhead-shared"),
                    sound("sizes", "pool-of-one", "bulkhead-of-one", "pool-undersized", "allocation-above-total"),
                    sound("queues", "queue-without-overflow", "queue-above-deadline", "wait-above-backoff"),
                    mostly("dynamic", facts.movingShare),
                ]),
            MaturityArea(
                area: .degradation,
                checks: [
                    Check("presence", MaturityLab.score(coverage: facts.degradingShare)),
                    mostly("fallback", facts.fallbackShare), mostly("stale-or-later", facts.standInShare),
                    mostly("switches", facts.switchableShare), mostly("controller", facts.controlledShare),
                ]),
            MaturityArea(
                area: .monitoring,
                checks: [
                    // Every process counts what it does, whatever is written.
                    mostly("probes", facts.probedShare), Check("metrics", true),
                    mostly("objectives", facts.judgedShare), mostly("prediction", facts.predictingShare),
                    mostly("synthetic-probe", facts.triedShare),
                ]),
        ]
    }
}
