import GRDB

/// Small facts that must survive the process.
extension RecordStore {
    /// The SWIM incarnation of the cell; 0 in a new store. A cell that starts takes a higher one and stores it before
    /// it gossips, so that its refutations are newer than any suspicion of its former life.
    package func incarnation() throws(StoreError) -> UInt64 {
        try fact("incarnation").flatMap { UInt64($0) } ?? 0
    }

    package func setIncarnation(_ incarnation: UInt64) throws(StoreError) {
        try setFact("incarnation", String(incarnation))
    }

    /// Nil if nothing was stored under the name.
    package func fact(_ name: String) throws(StoreError) -> String? {
        do {
            return try database.inDatabase { try MetaTable.value($0, name) }
        } catch {
            throw StoreError(error)
        }
    }

    /// Stores a fact of at most a few KiB. The names of what the store keeps itself are
    /// refused.
    package func setFact(_ name: String, _ value: String) throws(StoreError) {
        guard !["data_version", "store_id", "name", "life", "refill_cursor", "born_with"].contains(name) else {
            throw StoreError(.broken, "the fact \(name) belongs to the store and cannot be set")
        }
        do {
            try database.inDatabase { try MetaTable.set($0, name, value) }
        } catch {
            throw StoreError(error)
        }
    }
}
