/// What an oracle says about a run, in the shape of `sim run -o json`.
package struct Verdict: Hashable, Sendable, Codable {
    /// The name of the oracle, such as `acknowledged-writes`.
    package var oracle: String
    package var ok: Bool
    /// What was counted, and the first violations if there are some.
    package var detail: String

    package init(oracle: String, ok: Bool, detail: String) {
        self.oracle = oracle
        self.ok = ok
        self.detail = detail
    }
}
