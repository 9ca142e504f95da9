import Reports

/// `store --lost`: which stores have no vote, and what each waits for.
enum LostStoresView {
    static func make(_ lost: LostStores) -> Report {
        let document = LostStoresReport(
            cells: lost.cells.map { cell in
                LostStoresReport.Store(
                    cell: cell.name, life: cell.life, stage: cell.stage, records: cell.records,
                    waitsMilliseconds: cell.waitsMilliseconds, missing: cell.missing)
            }, customers: lost.customers, refused: lost.refused)
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
        let named = cell.missing.prefix(6).map { "\($0.cell) (\($0.reason))" }.joined(separator: ", ")
        return named + (cell.missing.count > 6 ? " and \(cell.missing.count - 6) more" : "")
    }
}
