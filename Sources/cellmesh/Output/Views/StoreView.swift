import MeshBase
import Store
import Telemetry

/// `store CELL`: what a cell holds.
enum StoreView {
    static func make(_ summary: StoreSummary, customer: String?) -> Report {
        let document = JSONValue.document([
            ("cell", .string(summary.cell)), ("store_id", .string(hexadecimal(summary.storeID))),
            ("life", .string(summary.life.rawValue)),
            ("customer", .string(customer)), ("customers", .integer(summary.customers)),
            ("records", .integer(summary.records)), ("tombstones", .integer(summary.tombstones)),
            ("hints", .integer(summary.hints)), ("oldest_hint", oldest(summary)), ("queue", .integer(summary.queue)),
            ("bytes", .integer(summary.bytes)),
            ("epoch", .integer(summary.highestEpoch.rawValue)), ("swept_until", sweptUntil(summary)),
            ("digest", .string(hexadecimal(summary.digest))),
        ])
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

    private static func oldest(_ summary: StoreSummary) -> JSONValue {
        summary.oldestHint > 0 ? .string(Timestamp.string(summary.oldestHint * 1_000_000)) : .null
    }

    private static func sweptUntil(_ summary: StoreSummary) -> JSONValue {
        summary.sweptUntil.map { .string(Timestamp.string($0)) } ?? .null
    }

    static func hexadecimal(_ value: UInt64) -> String { HexText.text(value) }
}
