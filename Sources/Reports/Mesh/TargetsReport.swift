/// The body of `POST /v1/targets`: words of which some leave a choice open, such as `cell/{busiest}`.
package struct TargetsRequest: Codable, Sendable, Equatable {
    /// As commands take them.
    package var targets: [String]
    /// Of what is random; nil: another one each time.
    package var seed: UInt64?

    /// Words as somebody has written them.
    package init(targets: [String], seed: UInt64? = nil) {
        self.targets = targets
        self.seed = seed
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
