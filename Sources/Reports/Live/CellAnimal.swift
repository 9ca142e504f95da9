/// What a detector calls a cell that fails without being down.
package enum CellAnimal: String, Sendable, Codable, CaseIterable {
    /// It lives by its gossip, and answers nothing.
    case zombie
    /// It answers, and far more slowly than it did.
    case slowpoke
    /// It answers and falls silent by turns.
    case flapper
    /// It says that it is well, and what it is asked fails.
    case liar
    /// It has come back without what it had.
    case amnesiac

    /// As the feed has it.
    package var condition: FeedCondition {
        switch self {
        case .zombie: .zombie
        case .slowpoke: .slowpoke
        case .flapper: .flapper
        case .liar: .liar
        case .amnesiac: .amnesiac
        }
    }
}
