import MeshBase
import Reports
import Telemetry

/// What a column sorts by.
enum SortKey: Sendable {
    case number(Double)
    case text(String)
    /// Behind all others, whichever way round.
    case unknown

    static func precedes(_ a: SortKey, _ b: SortKey, isAscending: Bool) -> Bool? {
        switch (a, b) {
        case (.unknown, .unknown): return nil
        case (.unknown, _): return false
        case (_, .unknown): return true
        case (.number(let a), .number(let b)): return a == b ? nil : (a < b) == isAscending
        case (.text(let a), .text(let b)): return a == b ? nil : NaturalOrder.precedes(a, b) == isAscending
        case (.number, .text): return true
        case (.text, .number): return false
        }
    }
}

/// The rows of a view, filtered and in their order. Texts are made for those that are shown alone.
struct TopList {
    struct Column {
        var title: String
        /// Columns of the screen; of the last one at least so many.
        var width: Int
        var isRight = false
        /// Where there is no room, those with the higher number are left out first.
        var importance: Int
        var isSortable = true

        init(_ title: String, _ width: Int, right: Bool = false, importance: Int, sortable: Bool = true) {
            self.title = title
            self.width = max(width, title.count)
            isRight = right
            self.importance = importance
            isSortable = sortable
        }
    }
    struct Cell {
        var text: String
        var tone: Tone
        init(_ text: String, _ tone: Tone = .plain) {
            self.text = text
            self.tone = tone
        }
    }

    var columns: [Column]
    /// Positions in the source of the view.
    var rows: [Int]
    /// What a row is called, also where rows move.
    var id: (Int) -> String
    /// A text for each column.
    var cells: (Int) -> [Cell]
    /// Said where there is no row.
    var empty: String

    /// - Parameter charset: of what is drawn in rows.
    init(_ model: TopModel, _ charset: Charset = .ascii) {
        switch model.view {
        case .cells: self = .cells(model, charset)
        case .customers: self = .customers(model)
        case .services: self = .services(model)
        case .breakers: self = .breakers(model)
        case .faults: self = .faults(model)
        case .members: self = .members(model)
        case .traces: self = .traces(model)
        }
    }

    /// - Parameters:
    ///   - count: of the source.
    ///   - match: what the filter looks into.
    ///   - trouble: the higher stands first where nothing else was chosen.
    init(
        _ model: TopModel, columns: [Column], count: Int, id: @escaping (Int) -> String,
        match: (Int) -> String, trouble: (Int) -> Int = { _ in 0 }, key: (Int, String) -> SortKey,
        empty: String, cells: @escaping (Int) -> [Cell]
    ) {
        self.columns = columns
        self.id = id
        self.cells = cells
        let filter = Filter(model.filter)
        var rows = Array(0..<count)
        if !filter.isEmpty { rows = rows.filter { filter.accepts(match($0)) } }
        self.empty = rows.isEmpty && count > 0 ? "nothing matches '\(model.filter)'" : empty
        if let sort = model.sorts[model.view], columns.contains(where: { $0.title == sort.title }) {
            let keys = rows.map { (key: key($0, sort.title), row: $0) }
            rows = keys.sorted { a, b in
                SortKey.precedes(a.key, b.key, isAscending: sort.isAscending) ?? (a.row < b.row)
            }.map(\.row)
        } else {
            let keys = rows.map { (trouble: trouble($0), row: $0) }
            if keys.contains(where: { $0.trouble != 0 }) {
                rows = keys.sorted { ($1.trouble, $0.row) < ($0.trouble, $1.row) }.map(\.row)
            }
        }
        self.rows = rows
    }

    /// Where a row stands; the first where it is none of these.
    func place(of name: String?) -> Int {
        guard let name else { return 0 }
        return rows.firstIndex { id($0) == name } ?? 0
    }

    /// The columns that have room, in their order, with what each gets; the last one gets the rest.
    static func fit(_ columns: [Column], width: Int) -> [(place: Int, width: Int)] {
        var left = width
        var kept: [Int] = []
        var widths = columns.map(\.width)
        for place in columns.indices.sorted(by: { (columns[$0].importance, $0) < (columns[$1].importance, $1) }) {
            let gap = kept.isEmpty ? 0 : 2
            // The two that matter most are cut rather than left out.
            let isCut = columns[place].importance <= 2 && left - gap >= 4
            guard columns[place].width + gap <= left || kept.isEmpty || isCut else { continue }
            kept.append(place)
            widths[place] = min(columns[place].width, max(left - gap, 1))
            left -= widths[place] + gap
        }
        kept.sort()
        return kept.map { place in
            let isLast = place == kept.last && !columns[place].isRight
            return (place, widths[place] + (isLast ? max(left, 0) : 0))
        }
    }

    /// `word`, or `!word` for all without it.
    struct Filter {
        private let word: String
        private let isTurned: Bool

        init(_ text: String) {
            isTurned = text.hasPrefix("!")
            word = (isTurned ? String(text.dropFirst()) : text).lowercased()
        }
        var isEmpty: Bool { word.isEmpty }
        func accepts(_ text: String) -> Bool { text.lowercased().contains(word) != isTurned }
    }
}
