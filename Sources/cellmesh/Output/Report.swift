import Reports
import Telemetry

/// What a command found, in every form that `-o` names.
struct Report {
    /// The document of `-o json` and `-o yaml`.
    private let document: any Encodable
    private let order: DocumentText.Order
    /// The lines of `-o name`, as `TYPE/NAME`.
    var names: [String]
    /// Text for people, each line ended.
    var table: (TableStyle) -> String

    init(
        _ document: some Encodable, order: DocumentText.Order = .declared, names: [String] = [],
        table: @escaping (TableStyle) -> String
    ) {
        self.document = document
        self.order = order
        self.names = names
        self.table = table
    }

    /// The document as JSON, without a newline at its end.
    func json(_ layout: DocumentText.Layout = .pretty) -> String { DocumentText.json(document, layout, order: order) }

    /// What may be written: text for people is sealed, documents escape by themselves.
    ///
    /// - Parameter width: columns of the screen, which tables keep within; `wide` has lines of any length.
    func text(_ format: OutputFormat, colors: Bool, width: Int? = nil) -> String {
        func sealed(_ text: String) -> String { PaintedText.sealed(text, colors: colors) }
        return switch format {
        case .table: sealed(table(TableStyle(isWide: false, hasColors: colors, width: width)))
        case .wide: sealed(table(TableStyle(isWide: true, hasColors: colors)))
        case .json: json() + "\n"
        case .yaml: DocumentText.yaml(document, order: order)
        case .name: sealed(names.map { DisplayText.clean($0) + "\n" }.joined())
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
        hasColors ? PaintedText.painted(text, style) : text
    }
}
