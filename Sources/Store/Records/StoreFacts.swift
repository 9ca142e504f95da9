import GRDB
import GRDBSQLite
import MeshBase
import Replication

/// The facts of a store's life, inside its transactions.
struct StoreFacts {
    private let select: PreparedStatement
    private let upsert: PreparedStatement

    enum Name {
        static let life = "life"
        static let cursor = "refill_cursor"
        static let peers = "born_with"
    }

    init(_ database: Database) throws {
        select = try PreparedStatement(database, "SELECT value FROM meta WHERE key = CAST(?1 AS TEXT)")
        upsert = try PreparedStatement(
            database,
            """
            INSERT INTO meta(key, value) VALUES(CAST(?1 AS TEXT), CAST(?2 AS TEXT))
            ON CONFLICT(key) DO UPDATE SET value = excluded.value
            """)
    }

    func life() throws(SQLiteResult) -> StoreLife {
        // A store of the time before there were lives has voted all along.
        try text(Name.life).flatMap { StoreLife(rawValue: $0) } ?? .votes
    }
    func set(_ life: StoreLife) throws(SQLiteResult) { try set(Name.life, life.rawValue) }
    func set(cursor: RecordPosition) throws(SQLiteResult) { try set(Name.cursor, cursor.text) }
    func set(peers: [String: UInt64]) throws(SQLiteResult) { try set(Name.peers, StorePeers.text(peers)) }

    private func text(_ name: String) throws(SQLiteResult) -> String? {
        var found: String?
        var code = Array(name.utf8).withUnsafeBytes { (name) -> Int32 in
            var code = select.bind(name, at: 1)
            if code == SQLITE_OK { code = select.step() }
            if code == SQLITE_ROW { found = String(decoding: select.blob(0), as: UTF8.self) }
            return code
        }
        select.reset()
        if code == SQLITE_ROW { code = SQLITE_DONE }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
        return found
    }

    private func set(_ name: String, _ value: String) throws(SQLiteResult) {
        let code = Array(name.utf8).withUnsafeBytes { (name) -> Int32 in
            Array(value.utf8).withUnsafeBytes { (value) -> Int32 in
                var code = upsert.bind(name, at: 1)
                code |= upsert.bind(value, at: 2)
                if code == SQLITE_OK { code = upsert.step() }
                upsert.reset()
                return code
            }
        }
        if code != SQLITE_DONE { throw SQLiteResult(code: code) }
    }
}

/// Peers as a store writes them down: `NAME HEX`, a line for each, by name.
enum StorePeers {
    static func text(_ peers: [String: UInt64]) -> String {
        peers.sorted { $0.key < $1.key }.map { "\($0.key) \(String($0.value, radix: 16))" }.joined(separator: "\n")
    }

    static func read(_ text: String) -> [String: UInt64] {
        var peers: [String: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let id = UInt64(parts[1], radix: 16) else { continue }
            peers[String(parts[0])] = id
        }
        return peers
    }
}

extension RecordPosition {
    /// Hash, customer and key in hexadecimal.
    package var text: String {
        String(hash.rawValue, radix: 16) + "/" + HexText.text(customer) + "/" + HexText.text(key)
    }

    package init?(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let hash = UInt64(parts[0], radix: 16), let customer = HexText.bytes(parts[1]),
            let key = HexText.bytes(parts[2])
        else { return nil }
        self.init(hash: CustomerHash(rawValue: hash), customer: customer, key: key)
    }
}
