import Store

/// `store CELL`: what a cell holds.
enum StoreView {
    static func make(_ summary: StoreSummary, customer: String?) -> Report {
        let document = JSONValue.document([
            ("cell", .string(summary.cell)), ("store_id", .string(hexadecimal(summary.storeID))),
            ("life", .string(summary.life.rawValue)),
            ("customer", .string(customer)), ("customers", .integer(summary.customers)),
            ("records", .integer(summary.records)), ("tombstones", .integer(summary.tombstones)),
            ("hints", .integer(summary.hints)), ("queue", .integer(summary.queue)), ("bytes", .integer(summary.bytes)),
            ("epoch", .integer(summary.highestEpoch.rawValue)), ("digest", .string(hexadecimal(summary.digest))),
        ])
        return Report(document, names: ["cell/\(summary.cell)"]) { style in
            var table = style.table([
                .init("CELL"), .init("CUSTOMERS", .right), .init("RECORDS", .right), .init("TOMBSTONES", .right),
                .init("HINTS", .right), .init("QUEUE", .right), .init("SIZE", .right), .init("DIGEST"),
                .init("STORE", wide: true), .init("EPOCH", .right, wide: true),
            ])
            table.add([
                .init(summary.cell), .init(Wording.count(summary.customers)), .init(Wording.count(summary.records)),
                .init(summary.tombstones), .init(summary.hints), .init(summary.queue),
                .init(Wording.bytes(Int(summary.bytes))), .init(hexadecimal(summary.digest)),
                .init(hexadecimal(summary.storeID)), .init(summary.highestEpoch.rawValue),
            ])
            return table.render()
                + (summary.life == .votes
                    ? "" : "this store has no vote (\(summary.life.rawValue)): 'cellmesh store --lost' tells more\n")
        }
    }

    static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
