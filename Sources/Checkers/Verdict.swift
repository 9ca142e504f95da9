/// What an oracle says about a run, in the shape of `sim run -o json`.
package struct Verdict: Hashable, Sendable {
    /// How much a verdict is worth. What was not judged is not sound.
    package enum Standing: String, Hashable, Sendable, Codable, CaseIterable {
        /// Something was held against the rule.
        case judged
        /// The rule does not hold under what the run did, and nothing was judged.
        case skipped
        /// There was nothing to judge: the run never came near the rule.
        case vacuous
    }

    /// The name of the oracle, such as `acknowledged-writes`.
    package var oracle: String
    /// Nothing was found against the rule; says nothing where it was skipped.
    package var ok: Bool
    package var standing: Standing
    /// What was counted, and the first violations if there are some.
    package var detail: String

    package init(oracle: String, ok: Bool, _ standing: Standing = .judged, detail: String) {
        self.oracle = oracle
        self.ok = ok
        self.standing = ok ? standing : .judged
        self.detail = detail
    }

    /// A rule that was not judged, and why.
    package static func skipped(_ oracle: String, because reason: String) -> Verdict {
        Verdict(oracle: oracle, ok: true, .skipped, detail: "not judged: \(reason)")
    }

    /// `ok`, `violated`, `skipped` or `vacuous`.
    package var word: String { ok ? standing == .judged ? "ok" : standing.rawValue : "violated" }
}

extension Verdict: Codable {
    private enum CodingKeys: String, CodingKey { case oracle, ok, standing, detail }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            oracle: try values.decode(String.self, forKey: .oracle),
            ok: try values.decodeIfPresent(Bool.self, forKey: .ok) ?? true,
            try values.decodeIfPresent(Standing.self, forKey: .standing) ?? .judged,
            detail: try values.decode(String.self, forKey: .detail))
    }

    /// `ok` is null for what was skipped.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(oracle, forKey: .oracle)
        try values.encode(standing == .skipped ? nil : ok, forKey: .ok)
        try values.encode(standing, forKey: .standing)
        try values.encode(detail, forKey: .detail)
    }
}
