import MeshBase
import Reports
import Store
import Telemetry

/// `store CELL`: what a cell holds.
enum StoreView {
    static func make(_ summary: StoreSummary, customer: String?) -> Report {
        var document = StoreReport(
            cell: summary.cell, storeID: hexadecimal(summary.storeID), life: summary.life.rawValue,
            epoch: summary.highestEpoch.rawValue, digest: hexadecimal(summary.digest))
        document.customer = customer
        (document.customers, document.records, document.tombstones) =
            (summary.customers, summary.records, summary.tombstones)
        (document.hints, document.queue, document.bytes) = (summary.hints, summary.queue, summary.bytes)
        if summary.oldestHint > 0 { document.oldestHint = Timestamp.string(summary.oldestHint * 1_000_000) }
        document.sweptUntil = summary.sweptUntil.map { Timestamp.string($0) }
        return Report(document, names: ["cell/\(summary.cell)"]) { style in
            var table = style.table([
                .init("CELL"), .init("CUSTOMERS", .right), .init("RECORDS", .right), .init("TOMBSTONES", .right),
                .init("SIZE", .right), .init("DIGEST"), .init("HINTS", .right, wide: true),
                .init("QUEUE", .right, wide: true), .init("STORE", wide: true), .init("EPOCH", .right, wide: true),
            ])
            table.add([
                .init(summary.cell), .init(Wording.count(summary.customers)), .init(Wording.count(summary.records)),
                .init(summary.tombstones), .init(Wording.bytes(Int(summary.bytes))),
                .init(hexadecimal(summary.digest)), .init(summary.hints), .init(summary.queue),
                .init(hexadecimal(summary.storeID)), .init(summary.highestEpoch.rawValue),
            ])
            return table.render()
                + (summary.sweptUntil.map { "tombstones were collected up to \(Timestamp.string($0))\n" } ?? "")
                + (summary.oldestHint > 0
                    ? "\(Wording.plural(summary.hints, "hint")), the oldest left at "
                        + "\(Timestamp.string(summary.oldestHint * 1_000_000))\n" : "")
                + (summary.life == .votes
                    ? "" : "this store has no vote (\(summary.life.rawValue)): 'cellmesh store --lost' tells more\n")
        }
    }

    static func hexadecimal(_ value: UInt64) -> String { HexText.text(value) }
}
