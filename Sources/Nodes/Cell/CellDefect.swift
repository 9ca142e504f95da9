/// What a wrong build of a cell would do; each is caught by a checker in the tests.
package enum CellDefect: String, Sendable, CaseIterable {
    /// It tells others what it holds at whatever entry it has installed.
    case listsUnfenced = "copy-unfenced"
    /// It tells others what it holds though its disk was lost.
    case listsWithoutVote = "lost-source"
    /// The number in a request raises its fence.
    case trustsNumbers = "bare-number"
}
