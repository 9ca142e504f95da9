/// What `top` lists.
package enum TopView: String, Sendable, Codable, CaseIterable {
    case cells, customers, services, breakers, faults, members, traces

    /// The key of its number: `1` to `7`.
    package init?(number: Character) {
        guard let number = number.wholeNumberValue, Self.allCases.indices.contains(number - 1) else { return nil }
        self = Self.allCases[number - 1]
    }
}

/// In which order rows stand.
package struct TopSort: Sendable, Equatable {
    /// The title of a column.
    package var title: String
    package var isAscending: Bool

    package init(title: String, isAscending: Bool) {
        self.title = title
        self.isAscending = isAscending
    }
}
