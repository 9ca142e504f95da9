/// A column of the feed: what it says of each cell.
package enum FeedField: Int, Sendable, CaseIterable, CodingKey {
    /// A position in `FeedHello.states`.
    case state
    /// A position in `FeedHello.witnesses.process`, and so on.
    case process, gossip, traffic
    /// A position in `FeedHello.conditions`.
    case condition
    /// Attempts that routers made at it, a second, over 10 s.
    case rps
    /// Share of these that failed, 0...1.
    case err
    /// Answers to routers over the last 10 s, in milliseconds: as the router says that asks most, and as the worst says.
    case p50, p99
    /// Of its capacity, 0 or more, by its fullest pool.
    case util
    /// Calls that wait for a worker.
    case waiting
    /// Requests shed there, a second, over 10 s.
    case shed
    /// Share of attempts between its services that repeat another, 0...1, over 10 s.
    case retry
    /// How late its loop's turns began, in milliseconds.
    case lag
    /// For how long it has told nothing, in whole seconds; 0 while it does.
    case age

    /// Figures are whole numbers of one part in so many: `rps` of tenths.
    package var scale: Int32 {
        switch self {
        case .state, .process, .gossip, .traffic, .condition, .waiting, .age: 1
        case .rps, .shed, .lag: 10
        case .p50, .p99, .util, .retry: 100
        case .err: 10_000
        }
    }

    private static let names = [
        "state", "process", "gossip", "traffic", "condition", "rps", "err", "p50", "p99", "util", "waiting", "shed",
        "retry", "lag", "age",
    ]
    /// Its name in documents.
    package var name: String { Self.names[rawValue] }
    /// The same, as a key.
    package var stringValue: String { name }
    /// None.
    package var intValue: Int? { nil }
    /// Nil for a name that no column has.
    package init?(stringValue: String) {
        guard let position = Self.names.firstIndex(of: stringValue) else { return nil }
        self.init(rawValue: position)
    }
    /// Nil: keys are names.
    package init?(intValue: Int) { nil }
}

/// One figure in fixed point: nil is unknown, and written as null.
package struct FeedFigure: Sendable, Hashable {
    /// In parts of the column's scale; `Int32.min` is unknown.
    package var raw: Int32

    /// Nothing is known.
    package static let unknown = FeedFigure(raw: .min)

    /// So many parts.
    package init(raw: Int32) { self.raw = raw }

    /// The nearest figure of a column; unknown for nil and for what is no number.
    package init(_ value: Double?, _ field: FeedField) {
        guard let value, value.isFinite else {
            self = .unknown
            return
        }
        raw = Int32(min(max((value * Double(field.scale)).rounded(), -2e9), 2e9))
    }

    /// A whole number, such as a position in a list of words.
    package init(_ value: Int?, _ field: FeedField) { self.init(value.map(Double.init), field) }

    /// Nil where unknown.
    package func value(_ field: FeedField) -> Double? {
        raw == .min ? nil : Double(raw) / Double(field.scale)
    }

    /// How many bytes it takes as text: digits without needless zeros, or `null`.
    package func length(_ field: FeedField) -> Int {
        guard raw != .min else { return 4 }
        var length = raw < 0 ? 1 : 0
        let scale = field.scale.magnitude
        var whole = raw.magnitude / scale
        var rest = raw.magnitude % scale
        repeat {
            length += 1
            whole /= 10
        } while whole > 0
        guard rest > 0 else { return length }
        var digits = 0
        var unit = scale
        while unit > 1 {
            digits += 1
            unit /= 10
        }
        while rest % 10 == 0 {
            digits -= 1
            rest /= 10
        }
        return length + 1 + digits
    }
}

/// The columns of the feed, in the order of the shape's cells.
package struct FeedCells: Sendable, Equatable {
    /// How many cells there are.
    package let count: Int
    private var figures: [FeedFigure]

    /// Of so many cells nothing is known.
    package init(count: Int) {
        self.count = count
        figures = Array(repeating: .unknown, count: count * FeedField.allCases.count)
    }

    /// One figure of one cell; the cell has to be one of `count`.
    package subscript(_ field: FeedField, _ cell: Int) -> FeedFigure {
        get { figures[field.rawValue * count + cell] }
        set { figures[field.rawValue * count + cell] = newValue }
    }

    /// One column.
    package subscript(_ field: FeedField) -> ArraySlice<FeedFigure> {
        figures[field.rawValue * count..<(field.rawValue + 1) * count]
    }
}

extension FeedCells: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: FeedField.self)
        var count: Int?
        var figures: [FeedFigure] = []
        for field in FeedField.allCases {
            let column = try FeedColumn.decode(field, from: container)
            guard count == nil || count == column.count else {
                throw DecodingError.dataCorruptedError(
                    forKey: field, in: container, debugDescription: "the columns differ in length")
            }
            count = column.count
            figures += column
        }
        self.count = count ?? 0
        self.figures = figures
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FeedField.self)
        for field in FeedField.allCases { try FeedColumn.encode(self[field], field, to: &container) }
    }
}

/// How a column is written: numbers in the column's unit, null where unknown.
enum FeedColumn {
    static func decode(
        _ field: FeedField, from container: KeyedDecodingContainer<FeedField>
    ) throws -> [FeedFigure] {
        try container.decode([Double?].self, forKey: field).map { FeedFigure($0, field) }
    }

    static func encode(
        _ column: some Sequence<FeedFigure>, _ field: FeedField, to container: inout KeyedEncodingContainer<FeedField>
    ) throws {
        var list = container.nestedUnkeyedContainer(forKey: field)
        for figure in column {
            if figure.raw == .min {
                try list.encodeNil()
            } else if figure.raw % field.scale == 0 {
                try list.encode(figure.raw / field.scale)
            } else {
                try list.encode(Double(figure.raw) / Double(field.scale))
            }
        }
    }
}
