import Telemetry

/// What a command found, in every form that `-o` names.
struct Report {
    /// The document of `-o json` and `-o yaml`.
    var document: JSONValue
    /// The lines of `-o name`, as `TYPE/NAME`.
    var names: [String]
    /// Text for people, each line ended.
    var table: (TableStyle) -> String

    init(_ document: JSONValue, names: [String] = [], table: @escaping (TableStyle) -> String) {
        self.document = document
        self.names = names
        self.table = table
    }

    /// - Parameter width: columns of the screen, which tables keep within; `wide` has lines of any length.
    func text(_ format: OutputFormat, colors: Bool, width: Int? = nil) -> String {
        switch format {
        case .table: table(TableStyle(isWide: false, hasColors: colors, width: width))
        case .wide: table(TableStyle(isWide: true, hasColors: colors))
        case .json: document.json() + "\n"
        case .yaml: document.yaml()
        case .name: names.map { $0 + "\n" }.joined()
        }
    }
}

/// How tables are drawn.
struct TableStyle: Sendable {
    var isWide: Bool
    var hasColors: Bool
    /// Columns of the screen; nil for lines of any length.
    var width: Int?

    func table(_ columns: [TableWriter.Column]) -> TableWriter {
        TableWriter(columns, wide: isWide, colors: hasColors, limit: width)
    }

    func painted(_ text: String, _ style: TableWriter.Style) -> String {
        hasColors && style != .plain ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
