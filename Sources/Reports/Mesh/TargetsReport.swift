/// The body of `POST /v1/targets`: words of which some leave a choice open, such as `cell/{busiest}`.
package struct TargetsRequest: Codable, Sendable, Equatable {
    /// As commands take them.
    package var targets: [String]
    /// Of what is random; nil: another one each time, and the mesh's for what is numbered (`draw`).
    package var seed: UInt64?
    /// Of several that go by one seed, which one this is; nil: the first, 0.
    package var step: Int?

    /// Words as somebody has written them.
    package init(targets: [String], seed: UInt64? = nil, step: Int? = nil) {
        self.targets = targets
        self.seed = seed
        self.step = step
    }
}

/// The answer to `POST /v1/targets`: the same without a choice, of the mesh as it is.
package struct TargetsReport: Codable, Sendable, Equatable {
    /// `cellmesh/1`.
    package var schema = ReportJSON.schema
    /// In the order of the words; of one word several where it says how many.
    package var targets: [String]

    /// What was chosen.
    package init(targets: [String]) { self.targets = targets }
}
