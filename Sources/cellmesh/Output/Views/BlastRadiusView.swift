import Sharding
import Telemetry

/// `blast-radius`, and what `kill` says before it kills.
struct BlastRadiusView {
    let report: BlastRadiusReport
    let cellCount: Int
    /// What traffic saw; nil where it was not asked.
    var observed: Observation?

    struct Observation {
        var impact: ObservedImpact
        /// What was predicted for the customers seen, and for how many of them something else happened; nil where it
        /// is not known which they are.
        var prediction: (counts: BlastRadiusReport.Counts, different: Int)?
    }

    var document: JSONValue {
        var members: [(String, JSONValue)] = [
            ("cells", .strings(report.cells)), ("customers", .integer(report.customers)),
            ("lost", .integer(report.lost)), ("degraded", .integer(report.degraded)),
            ("untouched", .integer(report.untouched)), ("no_quorum", .integer(report.noQuorum)),
            ("traditional", Self.json(report.traditional)), ("plain_cells", Self.json(report.plainCells)),
            (
                "expected",
                .object([
                    ("lost", .decimal(report.expected.lost)), ("lost_sd", .decimal(report.expected.lostDeviation)),
                    ("degraded", .decimal(report.expected.degraded)),
                    ("degraded_sd", .decimal(report.expected.degradedDeviation)),
                ])
            ),
        ]
        if let observed { members.append(("observed", Self.json(observed))) }
        return .document(members)
    }

    private static func json(_ counts: BlastRadiusReport.Counts) -> JSONValue {
        .object([
            ("lost", .integer(counts.lost)), ("degraded", .integer(counts.degraded)),
            ("untouched", .integer(counts.untouched)),
        ])
    }

    private static func json(_ observed: Observation) -> JSONValue {
        let impact = observed.impact
        return .object([
            ("customers", .integer(impact.customers)), ("lost", .integer(impact.counts.lost)),
            ("degraded", .integer(impact.counts.degraded)), ("untouched", .integer(impact.counts.untouched)),
            ("window_ms", .integer(impact.windowMilliseconds)), ("open", .bool(impact.isOpen)),
            ("predicted", observed.prediction.map { json($0.counts) } ?? .null),
            ("different", .integer(observed.prediction?.different)),
        ])
    }

    var full: Report {
        Report(document, names: report.cells.map { "cell/\($0)" }) { style in headline + "\n\n" + table(style) + legend
        }
    }

    private var headline: String {
        let dead =
            report.cells.isEmpty
            ? "no cell is dead" : "\(Wording.plural(report.cells.count, "dead cell")) of \(cellCount): \(list)"
        return "\(dead); \(Wording.plural(report.customers, "customer"))"
    }

    private var list: String {
        let shown = report.cells.prefix(12).joined(separator: ", ")
        return report.cells.count > 12 ? "\(shown), ..." : shown
    }

    private func table(_ style: TableStyle) -> String {
        var table = style.table(
            [
                .init("CUSTOMERS"), .init("PREDICTED", .right), .init("SHARE", .right), .init("EXPECTED", .right),
                .init("ONE POOL", .right), .init("PLAIN CELLS", .right),
            ] + (observed == nil ? [] : [.init("OF THOSE SEEN", .right), .init("OBSERVED", .right)]))
        func expected(_ mean: Double, _ deviation: Double) -> String {
            "\(Wording.fixed(mean, 1)) ± \(Wording.fixed(deviation, 1))"
        }
        let expectation = report.expected
        let rows: [(name: String, counts: KeyPath<BlastRadiusReport.Counts, Int>, count: Int, expected: String)] = [
            ("lost", \.lost, report.lost, expected(expectation.lost, expectation.lostDeviation)),
            ("degraded", \.degraded, report.degraded, expected(expectation.degraded, expectation.degradedDeviation)),
            ("untouched", \.untouched, report.untouched, ""),
        ]
        for row in rows {
            var cells = [
                row.name, Wording.count(row.count), Wording.percent(row.count, of: report.customers), row.expected,
            ]
            cells += [report.traditional, report.plainCells].map { Wording.count($0[keyPath: row.counts]) }
            if let observed {
                cells += [observed.prediction?.counts, observed.impact.counts].map { counts in
                    counts.map { Wording.count($0[keyPath: row.counts]) } ?? "-"
                }
            }
            table.add(cells.map { TableWriter.Cell($0) })
        }
        table.add(
            [
                "no quorum", Wording.count(report.noQuorum), Wording.percent(report.noQuorum, of: report.customers),
            ].map { TableWriter.Cell($0) })
        return table.render()
    }

    private var legend: String {
        guard let observed else { return "" }
        let impact = observed.impact
        guard impact.customers > 0 else { return "\nobserved: nobody has asked since the fault began\n" }
        let window = Wording.time(milliseconds: Double(impact.windowMilliseconds))
        let agreement =
            switch observed.prediction?.different {
            case nil: ""
            case 0?: ", each as predicted"
            case let different?: ", \(different) not as predicted"
            }
        return
            "\nobserved: \(Wording.plural(impact.customers, "customer")) asked within \(window) of the fault\(agreement)\n"
    }

    /// One line for `kill`: what the dead cells mean.
    func sentence(_ verb: String) -> String {
        "\(verb): \(Wording.count(report.lost)) lost, \(Wording.count(report.degraded)) degraded "
            + "(\(Wording.count(report.noQuorum)) without a quorum for their records), "
            + "\(Wording.count(report.untouched)) untouched of \(Wording.plural(report.customers, "customer"))"
    }
}
