import MeshBase

/// What a laboratory has found, for people: said once, shown by a terminal as tables and by a page with its plots.
package struct LabSheet: Sendable, Equatable {
    /// What was tried.
    package var title: String
    /// What the model is and what came out, a sentence or two each.
    package var lead: [String]
    /// In the order in which they are worth reading.
    package var tables: [LabTable] = []
    /// Of the page alone.
    package var charts: [LabChart] = []
    /// What has to be known to read the figures, and what they leave out.
    package var notes: [String] = []
    /// The command that leads to the same figures again.
    package var replay: String

    /// Without tables and charts at first.
    package init(title: String, lead: [String], replay: String) {
        self.title = title
        self.lead = lead
        self.replay = replay
    }
}

/// Rows of figures under one title.
package struct LabTable: Sendable, Equatable {
    /// Above it; empty where the lead says enough.
    package var title: String
    /// Names of the columns. Those in `words` hold text.
    package var columns: [String]
    /// A figure for each column.
    package var rows: [[LabFigure]] = []

    /// Rows can be added later.
    package init(_ title: String = "", columns: [String], rows: [[LabFigure]] = []) {
        self.title = title
        self.columns = columns
        self.rows = rows
    }

    /// Whether a column holds words, which stand at the left.
    package func isText(_ column: Int) -> Bool {
        rows.contains { column < $0.count && $0[column].isText }
    }
}

/// One figure with its unit, which whoever shows it writes as all others are written.
package enum LabFigure: Sendable, Equatable {
    case text(String)
    case count(Int)
    /// With so many decimals.
    case number(Double, Int)
    /// A multiple, as `64.0x`.
    case times(Double)
    /// 0...1, shown in percent.
    case share(Double)
    case time(TimeAmount)
    /// There is none, as where something never happened.
    case none

    var isText: Bool { if case .text = self { true } else { false } }

    /// Nil is `none`.
    package static func time(_ amount: TimeAmount?) -> LabFigure { amount.map { .time($0) } ?? .none }
}

/// Curves over one axis.
package struct LabChart: Sendable, Equatable {
    /// One curve.
    package struct Series: Sendable, Equatable {
        /// As the key shows it.
        package var name: String
        /// Ascending.
        package var x: [Double]
        /// One for each x.
        package var y: [Double]
        /// What was calculated and not measured.
        package var isPredicted: Bool

        /// A curve through these points.
        package init(_ name: String, x: [Double], y: [Double], isPredicted: Bool = false) {
            self.name = name
            self.x = x
            self.y = y
            self.isPredicted = isPredicted
        }
    }

    /// An instant, or a bound, that the curves have to be read against.
    package struct Mark: Sendable, Equatable {
        /// Where on the axis.
        package var x: Double
        /// What it is.
        package var name: String

        /// A mark with its name.
        package init(_ x: Double, _ name: String) {
            self.x = x
            self.name = name
        }
    }

    /// Above it.
    package var title: String
    /// What the axes are, with their units.
    package var across: String
    /// Of the other axis.
    package var upwards: String
    /// Powers of ten lie at equal distances; what is not above zero is left out.
    package var isLogarithmic: Bool
    /// Each in a colour of its own.
    package var series: [Series]
    /// Drawn behind the curves.
    package var marks: [Mark]

    /// Series and marks can be added later.
    package init(
        _ title: String, across: String, upwards: String, isLogarithmic: Bool = false, series: [Series] = [],
        marks: [Mark] = []
    ) {
        self.title = title
        self.across = across
        self.upwards = upwards
        self.isLogarithmic = isLogarithmic
        self.series = series
        self.marks = marks
    }
}
