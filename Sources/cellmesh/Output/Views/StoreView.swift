import MeshBase
import Reports
import Store
import Telemetry

/// `store CELL`: what a cell holds.
enum StoreView {
    private struct Document: Encodable {
        let schema = ReportJSON.schema
        var cell: String
        /// Hexadecimal, as the digest is.
        var storeID: String
        var life: String
        /// Whom alone it is about; nil for all.
        @Nullable var customer: String?
        var customers: Int
        var records: Int
        var tombstones: Int
        var hints: Int
        /// RFC 3339, as the end of the last sweep.
        @Nullable var oldestHint: String?
        var queue: Int
        var bytes: Int64
        var epoch: UInt32
        @Nullable var sweptUntil: String?
        var digest: String

        private enum CodingKeys: String, CodingKey {
            case schema, cell
            case storeID = "store_id"
            case life, customer, customers, records, tombstones, hints
            case oldestHint = "oldest_hint"
            case queue, bytes, epoch
            case sweptUntil = "swept_until"
            case digest
        }
    }

    static func make(_ summary: StoreSummary, customer: String?) -> Report {
        let document = Document(
            cell: summary.cell, storeID: hexadecimal(summary.storeID), life: summary.life.rawValue, customer: customer,
            customers: summary.customers, records: summary.records, tombstones: summary.tombstones,
            hints: summary.hints,
            oldestHint: summary.oldestHint > 0 ? Timestamp.string(summary.oldestHint * 1_000_000) : nil,
            queue: summary.queue, bytes: Int64(summary.bytes), epoch: summary.highestEpoch.rawValue,
            sweptUntil: summary.sweptUntil.map { Timestamp.string($0) }, digest: hexadecimal(summary.digest))
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
