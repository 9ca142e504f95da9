import Sharding

/// `blast-radius`, and what `kill` says before it kills.
struct BlastRadiusView {
    let report: BlastRadiusReport
    let cellCount: Int
    /// What traffic saw, as the API's `/v1/impact` gives it; nil where it was not asked.
    var observed: JSONValue?

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
        if let observed {
            let keys = ["customers", "lost", "degraded", "untouched", "window_ms"]
            members.append(("observed", .object(keys.map { ($0, observed[$0].isNull ? 0 : observed[$0]) })))
        }
        return .document(members)
    }

    private static func json(_ counts: BlastRadiusReport.Counts) -> JSONValue {
        .object([
            ("lost", .integer(counts.lost)), ("degraded", .integer(counts.degraded)),
            ("untouched", .integer(counts.untouched)),
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
            ] + (observed == nil ? [] : [.init("OBSERVED", .right), .init("SHARE SEEN", .right)]))
        func row(
            _ name: String, _ key: String, _ count: Int, _ expected: String, _ pool: Int?, _ plain: Int?
        ) {
            let seen = observed.map { observed in
                [
                    Wording.count(observed[key].int ?? 0),
                    Wording.percent(observed[key].int ?? 0, of: observed["customers"].int ?? 0),
                ]
            }
            table.add(
                [
                    .init(name), .init(Wording.count(count)), .init(Wording.percent(count, of: report.customers)),
                    .init(expected), .init(pool.map { Wording.count($0) } ?? ""),
                    .init(plain.map { Wording.count($0) } ?? ""),
                ] + (key.isEmpty ? [] : (seen ?? []).map { .init($0) }))
        }
        func expected(_ mean: Double, _ deviation: Double) -> String {
            "\(Wording.fixed(mean, 1)) ± \(Wording.fixed(deviation, 1))"
        }
        let expectation = report.expected
        row(
            "lost", "lost", report.lost, expected(expectation.lost, expectation.lostDeviation), report.traditional.lost,
            report.plainCells.lost)
        row(
            "degraded", "degraded", report.degraded, expected(expectation.degraded, expectation.degradedDeviation),
            report.traditional.degraded, report.plainCells.degraded)
        row("untouched", "untouched", report.untouched, "", report.traditional.untouched, report.plainCells.untouched)
        row("no quorum", "", report.noQuorum, "", nil, nil)
        return table.render()
    }

    private var legend: String {
        guard let observed else { return "" }
        let window = Wording.time(milliseconds: observed["window_ms"].double ?? 0)
        let customers = Wording.plural(observed["customers"].int ?? 0, "customer")
        return "\nobserved: \(customers) asked within \(window) of the fault\n"
    }

    /// One line for `kill`: what the dead cells mean.
    func sentence(_ verb: String) -> String {
        "\(verb): \(Wording.count(report.lost)) lost, \(Wording.count(report.degraded)) degraded "
            + "(\(Wording.count(report.noQuorum)) without a quorum for their records), "
            + "\(Wording.count(report.untouched)) untouched of \(Wording.plural(report.customers, "customer"))"
    }
}
