extension FeedCells {
    /// What a column of words says of a cell; nil where nothing is known, for a cell that there is none of, and for a word of a
    /// later release.
    package func word<Word: CaseIterable>(of field: FeedField, _ cell: Int) -> Word? {
        guard 0..<count ~= cell, let place = self[field, cell].value(field).map({ Int($0) }) else { return nil }
        let words = Array(Word.allCases)
        return words.indices.contains(place) ? words[place] : nil
    }

    /// How a cell is; `unknown` where nobody says.
    package func state(of cell: Int) -> FeedCellState { word(of: .state, cell) ?? .unknown }

    /// What is the matter with a cell; nil where nobody says.
    package func condition(of cell: Int) -> FeedCondition? { word(of: .condition, cell) }

    /// What each witness says of a cell; `unknown` where it says nothing.
    package func process(of cell: Int) -> ProcessWitness { word(of: .process, cell) ?? .unknown }
    /// See `process`.
    package func gossip(of cell: Int) -> GossipWitness { word(of: .gossip, cell) ?? .unknown }
    /// See `process`.
    package func traffic(of cell: Int) -> TrafficWitness { word(of: .traffic, cell) ?? .unknown }

    /// Whether a cell is known not to serve its customers.
    package func isOut(_ cell: Int) -> Bool { state(of: cell).isOut }
}
