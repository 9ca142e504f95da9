/// How the mesh is as a whole, judged once for the page, `top` and `status`.
package struct FeedHeadline: Codable, Sendable, Equatable {
    /// In one word.
    package enum Word: String, Codable, Sendable, CaseIterable {
        /// No cell is known to serve, and it is not known of all that they do not: some have not been heard of, or all begin.
        case unknown
        /// Every cell that is to serve does, nothing is known to be the matter with one, and answers are whole.
        case serving
        /// Something of that does not hold.
        case degraded
        /// No cell serves, or every router is out, as is known of each.
        case down
    }

    /// Reasons that are told.
    package static let mostReasons = 4

    /// In one word.
    package var word: Word
    /// Cells that serve, of those that are to.
    package var serving: Int
    /// Cells that are to serve: neither drained nor of a region that was left.
    package var of: Int
    /// Cells of regions that were left.
    package var evacuated: Int
    /// Cells that no customer uses.
    package var drained: Int
    /// What is the matter, the worst first, in words: `us-east-1 down`, `shipping answers degraded`.
    package var why: [String]

    /// A judgement.
    package init(word: Word, serving: Int, of: Int, evacuated: Int = 0, drained: Int = 0, why: [String] = []) {
        self.word = word
        self.serving = serving
        self.of = of
        self.evacuated = evacuated
        self.drained = drained
        self.why = why
    }
}
