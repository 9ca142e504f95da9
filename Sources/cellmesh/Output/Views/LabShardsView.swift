import Sharding
import Telemetry

/// `lab shards` for people.
enum LabShardsView {
    static func render(_ report: LabShardsReport, _ style: TableStyle) -> String {
        [summary(report), overlap(report, style), lost(report, style), balance(report), moves(report)]
            .joined(separator: "\n")
    }

    private static func summary(_ report: LabShardsReport) -> String {
        var text =
            "\(report.cells) cells choose \(report.size): \(number(report.shards)) shards"
        if report.spreadShards != report.shards {
            text += "; \(number(report.spreadShards)) of them spread over \(report.spread.rawValue)s"
        }
        return text + "; two customers share \(Wording.fixed(report.meanOverlap, 2)) cells on average\n"
    }

    private static func overlap(_ report: LabShardsReport, _ style: TableStyle) -> String {
        var table = style.table([
            .init("SHARED CELLS", .right), .init("TEXTBOOK", .right), .init("WITH SPREAD", .right),
            .init("CUSTOMERS", .right),
        ])
        for row in report.overlap {
            table.add([
                .init(row.cells), .init(Wording.percent(row.probability)),
                .init(Wording.percent(row.spreadProbability)),
                .init(Wording.count(row.customers)),
            ])
        }
        return "How much the other customers share with c1:\n\n" + table.render()
    }

    private static func lost(_ report: LabShardsReport, _ style: TableStyle) -> String {
        var table = style.table([.init("DEAD CELLS", .right), .init("CUSTOMERS LOST", .right)])
        for (dead, ratio) in report.lostByDead.enumerated() {
            table.add([.init(dead), .init(Wording.percent(ratio))])
        }
        return "How many lose their whole shard when cells die at random:\n\n" + table.render()
    }

    private static func balance(_ report: LabShardsReport) -> String {
        let balance = report.balance
        return "Customers per cell: \(Wording.count(balance.minimum)) to \(Wording.count(balance.maximum)), "
            + "\(Wording.fixed(balance.mean, 1)) ± \(Wording.fixed(balance.deviation, 1))\n"
    }

    private static func moves(_ report: LabShardsReport) -> String {
        let moves = report.moves
        return "One more cell in the first region moves \(Wording.count(moves.changed)) of "
            + "\(Wording.plural(report.customers, "customer")) (\(Wording.fixed(moves.expected, 1)) ± "
            + "\(Wording.fixed(moves.deviation, 1)) expected), each by at most \(moves.mostMembers) cell; "
            + "hash modulo n would move \(Wording.count(moves.modulo))\n"
    }

    private static func number(_ value: Double) -> String {
        value < 1e15 ? Wording.count(Int(value.rounded())) : "\(value)"
    }
}
