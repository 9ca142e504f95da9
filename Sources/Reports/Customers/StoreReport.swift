/// `store CELL -o json`: what a cell holds.
package struct StoreReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var cell: String
    /// Hexadecimal, as the digest is.
    package var storeID: String
    package var life: String
    /// Whom alone it is about; nil for all.
    @Nullable package var customer: String?
    package var customers: Int
    package var records: Int
    package var tombstones: Int
    package var hints: Int
    /// RFC 3339, as the end of the last sweep.
    @Nullable package var oldestHint: String?
    package var queue: Int
    package var bytes: Int64
    package var epoch: UInt32
    @Nullable package var sweptUntil: String?
    package var digest: String

    /// A store that holds nothing.
    package init(cell: String, storeID: String, life: String, epoch: UInt32, digest: String) {
        self.cell = cell
        self.storeID = storeID
        self.life = life
        self.epoch = epoch
        self.digest = digest
        customer = nil
        (customers, records, tombstones, hints, queue, bytes) = (0, 0, 0, 0, 0, 0)
        oldestHint = nil
        sweptUntil = nil
    }

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

/// `store --lost -o json`: the stores that have no vote.
package struct LostStoresReport: Codable, Sendable, Equatable {
    package struct Store: Codable, Sendable, Equatable {
        package var cell: String
        package var life: String
        package var stage: String
        @Nullable package var records: Int?
        @Nullable package var waitsMilliseconds: Int?
        /// Cells without which it does not go on.
        package var missing: [StoreVote.Missing]

        package init(
            cell: String, life: String, stage: String, records: Int?, waitsMilliseconds: Int?,
            missing: [StoreVote.Missing]
        ) {
            self.cell = cell
            self.life = life
            self.stage = stage
            self.records = records
            self.waitsMilliseconds = waitsMilliseconds
            self.missing = missing
        }

        private enum CodingKeys: String, CodingKey {
            case cell, life, stage, records
            case waitsMilliseconds = "waits_ms"
            case missing
        }
    }

    package var schema = ReportJSON.schema
    package var cells: [Store]
    package var customers: Int
    /// Customers whose records are refused.
    package var refused: Int

    package init(cells: [Store], customers: Int, refused: Int) {
        self.cells = cells
        self.customers = customers
        self.refused = refused
    }
}
