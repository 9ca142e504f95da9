import GRDB

/// Small facts that must survive the process.
extension RecordStore {
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
