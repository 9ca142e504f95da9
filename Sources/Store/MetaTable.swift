import GRDB

/// A table of small facts by name, in stores and in the journal.
enum MetaTable {
    static func value(_ db: Database, _ key: String) throws -> String? {
        try Row.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
            .flatMap { String.fromDatabaseValue($0[0]) }
    }

    static func set(_ db: Database, _ key: String, _ value: String) throws {
        try db.execute(
            sql: "INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            arguments: [key, value])
    }
}
