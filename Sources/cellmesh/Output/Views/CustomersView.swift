import Reports
import Telemetry

/// `customers`.
enum CustomersView {
    static func make(_ report: CustomersReport) -> Report {
        Report(report, names: report.customers.map { "customer/\($0.customer)" }) { style in
            let isOver = report.endedMilliseconds != nil
            var parts = report.cells.isEmpty ? [] : ["out: \(report.cells.joined(separator: ", "))"]
            if parts.isEmpty, !isOver { parts.append("no cell is out") }
            if let impaired = report.impaired {
                let cells = Wording.plural(impaired.count, "cell")
                parts.append("a service \(isOver ? "did" : "does") not answer whole in \(cells)")
            }
            var out = parts.joined(separator: "; ")
            if let ended = report.endedMilliseconds {
                out = "the last fault, over for \(Wording.time(milliseconds: Double(ended))): \(out)"
            }
            let head = "\(Wording.count(report.matching)) of \(Wording.plural(report.of, "customer")); \(out)\n"
            guard !report.customers.isEmpty else { return head }
            var table = style.table([
                .init("CUSTOMER"), .init("PREDICTED"), .init("OBSERVED"), .init("", .left), .init("REQUESTS", .right),
                .init("FAILED", .right), .init("NO QUORUM", .right), .init("REFUSED", .right), .init("SHARD"),
            ])
            for row in report.customers {
                let outcomes = row.outcomes
                func count(_ value: Int?) -> TableWriter.Cell { .init(value.map { Wording.count($0) } ?? "-") }
                table.add([
                    .init(row.customer), .init(row.predicted, color(row.predicted)),
                    .init(row.observed ?? "not seen", row.observed.map { color($0) } ?? .plain),
                    .init(row.different ? "differs" : "", row.different ? .red : .plain), count(outcomes?.requests),
                    count(outcomes?.failed), count(outcomes?.noQuorum), count(outcomes?.refused),
                    .init(row.shard.joined(separator: " ")),
                ])
            }
            return head + "\n" + table.render() + (report.next.map { "and more behind \($0)\n" } ?? "")
        }
    }

    private static func color(_ effect: String) -> TableWriter.Style {
        switch effect {
        case "lost": .red
        case "degraded": .yellow
        default: .plain
        }
    }
}
