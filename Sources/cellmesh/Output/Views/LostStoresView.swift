/// `store --lost`: which stores have no vote, and what each waits for.
enum LostStoresView {
    static func make(_ lost: LostStores) -> Report {
        let document = JSONValue.document([
            (
                "cells",
                .array(
                    lost.cells.map { cell in
                        .object([
                            ("cell", .string(cell.name)), ("life", .string(cell.life)), ("stage", .string(cell.stage)),
                            ("records", .integer(cell.records)), ("waits_ms", .integer(cell.waitsMilliseconds)),
                            (
                                "missing",
                                .array(
                                    cell.missing.map {
                                        .object([("cell", .string($0.name)), ("reason", .string($0.reason))])
                                    })
                            ),
                        ])
                    })
            ),
            ("customers", .integer(lost.customers)), ("refused", .integer(lost.refused)),
        ])
        return Report(document, names: lost.cells.map { "cell/\($0.name)" }) { style in
            guard !lost.cells.isEmpty else { return "every store has a vote\n" }
            var table = style.table([
                .init("CELL"), .init("LIFE"), .init("STAGE"), .init("RECORDS", .right), .init("WAITS FOR"),
            ])
            for cell in lost.cells {
                table.add([
                    .init(cell.name), .init(cell.life), .init(cell.stage),
                    .init(cell.records.map { Wording.count($0) } ?? "-"), .init(waits(cell)),
                ])
            }
            return table.render()
                + "records of \(Wording.plural(lost.refused, "customer")) of \(Wording.count(lost.customers)) are refused\n"
        }
    }

    private static func waits(_ cell: LostStores.Cell) -> String {
        if cell.stage == "waiting" {
            return "requests of its former life, \(cell.waitsMilliseconds ?? 0) ms more"
        }
        guard cell.isStuck else { return "-" }
        let named = cell.missing.prefix(6).map { "\($0.name) (\($0.reason))" }.joined(separator: ", ")
        return named + (cell.missing.count > 6 ? " and \(cell.missing.count - 6) more" : "")
    }
}
