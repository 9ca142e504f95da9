import GRDBSQLite
import Glibc
import MeshBase
import Replication
import Testing

@testable import Store

@Suite struct StoreFailureTests {
    let scratch = Scratch()

    @Test func aFullStoreKeepsNothingOfTheBatchAndWorksAgainWhenThereIsSpace() throws {
        var limits = RecordStoreLimits()
        limits.pages = 40
        let store = try scratch.open(limits: limits)
        let value = String(repeating: "v", count: 2_000)
        var counter: UInt64 = 0
        var failed: [StoreAnswer.Outcome] = []
        while failed.isEmpty, counter < 1_000 {
            counter += 1
            let outcomes = store.outcomes(.read(1, "none"), .write(2, "key-\(counter)", 1, value), .read(3, "key-1"))
            if case .written = outcomes[1] { continue }
            failed = outcomes
        }
        // What only asks is carried out on its own.
        #expect(failed == [.absent, .failed(.full), .found(1, value)])
        #expect(store.failedBatches == 1)
        #expect(store.lastFailure?.contains("full") == true)
        #expect(store.outcomes(.read(1, "key-\(counter)")) == [.absent])
        #expect(store.outcomes(.read(1, "key-1")) == [.found(1, value)])
        func room() -> StoreAnswer.Outcome {
            store.run([StoreOrder(ticket: 9, customer: [0], key: [0], epoch: .first, operation: .room)])[0].outcome
        }
        #expect(room() == .failed(.full) && room() == .failed(.full))

        store.database.inDatabase { database in
            _ = sqlite3_exec(database.sqliteConnection, "PRAGMA max_page_count = 4000", nil, nil, nil)
        }
        #expect(room() == .settled(0) && room() == .settled(0), "and nothing of it stays")
        #expect(
            store.outcomes(.write(4, "key-\(counter)", 1, value)) == [.written(RecordVersion(counter: 1, writer: 1))])
    }

    /// What is there already is written no more either, though it would find room: the log of a full disk does not grow.
    @Test func aDiskThatAFaultHasFilledAnswersAndKeepsNothing() throws {
        let store = try scratch.open()
        let first = RecordVersion(counter: 1, writer: 1)
        let second = RecordVersion(counter: 2, writer: 1)
        func write(_ ticket: UInt64, _ counter: UInt64) -> StoreOrder { .write(ticket, "k", counter, "v\(counter)") }
        #expect(store.run([write(1, 1)]).map(\.outcome) == [.written(first)])
        let room = StoreOrder(ticket: 9, customer: [0], key: [0], epoch: .first, operation: .room)
        for _ in 0..<2 {
            let full = store.run([.read(1, "k"), write(2, 2), .read(3, "k")], onFullDisk: true).map(\.outcome)
            #expect(full == [.found(1, "v1"), .failed(.full), .found(1, "v1")])
            #expect(store.run([room], onFullDisk: true).map(\.outcome) == [.failed(.full)])
        }
        #expect(store.run([.read(4, "k")], onFullDisk: true).map(\.outcome) == [.found(1, "v1")])
        #expect(store.failedBatches == 4 && store.lastFailure?.contains("full") == true)
        #expect(
            store.run([room, write(5, 2), .write(6, "new", 1, "v")]).map(\.outcome)
                == [.settled(0), .written(second), .written(first)])
    }

    @Test func aCommitThatFailsTakesEverythingBack() throws {
        let store = try scratch.open()
        _ = store.outcomes(.write(1, "k", 1, "before"))
        store.database.inDatabase { _ = sqlite3_commit_hook($0.sqliteConnection, { _ in 1 }, nil) }
        #expect(
            store.outcomes(.write(2, "k", 2, "lost", epoch: 5), .read(3, "k", epoch: 5))
                == [.failed(.broken), .failed(.broken)])
        store.database.inDatabase { _ = sqlite3_commit_hook($0.sqliteConnection, nil, nil) }
        #expect(store.outcomes(.read(4, "k", epoch: 1)) == [.found(1, "before")])
        #expect(store.failedBatches == 1)
    }

    @Test func anotherWriterIsWaitedForAndThenReported() throws {
        let store = try scratch.open()
        store.database.inDatabase { _ = sqlite3_busy_timeout($0.sqliteConnection, 1) }
        let other = try scratch.open()
        other.database.inDatabase { _ = sqlite3_exec($0.sqliteConnection, "BEGIN IMMEDIATE", nil, nil, nil) }
        #expect(store.outcomes(.write(1, "k", 1, "x")) == [.failed(.broken)])
        other.database.inDatabase { _ = sqlite3_exec($0.sqliteConnection, "ROLLBACK", nil, nil, nil) }
        #expect(store.outcomes(.write(2, "k", 1, "x")) == [.written(RecordVersion(counter: 1, writer: 1))])
    }

    @Test func aValueBeyondTheLimitFailsAlone() throws {
        var limits = RecordStoreLimits()
        limits.recordBytes = 10
        let store = try scratch.open(limits: limits)
        #expect(
            store.outcomes(.write(1, "k", 1, "12345678901"), .write(2, "k", 1, "1234567890"))
                == [.failed(.full), .written(RecordVersion(counter: 1, writer: 1))])
    }

    @Test func aFileThatIsNoDatabaseIsRefusedAndKept() throws {
        let text = Array("this is certainly not a database, but somebody's notes of last summer".utf8)
        scratch.write(text)
        let error = #expect(throws: StoreOpenError.self) { try scratch.open() }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("move it away") == true)
        var bytes = [UInt8](repeating: 0, count: 200)
        let file = Glibc.open(scratch.path(), O_RDONLY)
        #expect(pread(file, &bytes, 200, 0) == text.count)
        close(file)
        #expect(Array(bytes.prefix(text.count)) == text)
    }

    @Test func damagedPagesAreAnsweredNotTrapped() throws {
        do {
            let store = try scratch.open()
            for key in 0..<400 {
                _ = store.outcomes(.write(1, "key-\(key)", 1, String(repeating: "v", count: 300)))
            }
            store.close()
        }
        for page in 3..<20 { scratch.write([UInt8](repeating: 0xA5, count: 4096), at: page * 4096) }
        let store = try scratch.open()
        var broken = 0
        for key in 0..<400 where store.outcomes(.read(1, "key-\(key)")) == [.failed(.broken)] { broken += 1 }
        #expect(broken > 0)
        #expect(store.lastFailure?.contains("malformed") == true)
        #expect(throws: StoreError.self) { try store.summary() }
        #expect(throws: StoreOpenError.self) { try StoreSummary.read(path: scratch.path()) }
    }

    @Test func aVersionThatCannotBeUnderstoodFailsItsBatchAndLeavesNoLock() throws {
        let store = try scratch.open()
        _ = store.outcomes(.write(1, "k", 1, "x"), .write(2, "sound", 1, "y"))
        try sqlite("UPDATE records SET version = x'00' WHERE key = CAST('k' AS BLOB)")
        #expect(store.outcomes(.write(3, "new", 1, "z"), .read(4, "k")) == [.failed(.broken), .failed(.broken)])
        // Another connection can write at once, and the batch left nothing behind.
        try sqlite("DELETE FROM records WHERE key = CAST('k' AS BLOB)")
        #expect(store.outcomes(.read(5, "sound"), .read(6, "new")) == [.found(1, "y"), .absent])
    }

    @Test func aPathThatCannotBeReachedIsExplained() throws {
        for path in ["/nonexistent-directory/store.sqlite", "/proc/store.sqlite", scratch.directory] {
            let error = #expect(throws: StoreOpenError.self) {
                try RecordStore(path: path, cell: "eu-1", birth: StoreBirth(storeID: 1), durability: .machine)
            }
            // A directory in its place has a way out of its own.
            #expect(error?.code == (path == scratch.directory ? .damaged : .unreachable))
            #expect(error?.path == path)
        }
    }

    @Test func aDatabaseOfSomebodyElseIsRefusedAndKept() throws {
        try sqlite("CREATE TABLE notes(text)")
        let error = #expect(throws: StoreOpenError.self) { try scratch.open() }
        #expect(error?.code == .foreign)
        // Not even the journal mode was changed.
        #expect(access(scratch.path("store.sqlite-wal"), F_OK) != 0)
    }

    /// All cohorts are read once, and again only when somebody else has written to the file.
    @Test func ownChangesDoNotMakeTheStoreReadItsCohortsAgain() throws {
        let store = try scratch.open()
        for counter in 1...20 as ClosedRange<UInt64> { _ = store.outcomes(.write(1, "k", counter, "v")) }
        #expect(store.cohortReads == 1)
        try sqlite("DELETE FROM records WHERE key = CAST('k' AS BLOB)")
        #expect(store.outcomes(.read(2, "k")) == [.absent])
        #expect(store.cohortReads == 2)
        _ = store.outcomes(.write(1, "k", 30, "v"))
        #expect(store.cohortReads == 2)
    }

    @Test func anotherDataVersionIsRefused() throws {
        try scratch.open().close()
        try sqlite("UPDATE meta SET value = '99' WHERE key = 'data_version'")
        let error = #expect(throws: StoreOpenError.self) { try scratch.open() }
        #expect(error?.code == .dataVersion)
        #expect(error?.message.contains("data version 99, and this release reads 1") == true)
        #expect(throws: StoreOpenError.self) { try StoreSummary.read(path: scratch.path()) }
    }

    @Test func theStoreOfAnotherCellIsRefused() throws {
        try scratch.open(cell: "eu-1").close()
        let error = #expect(throws: StoreOpenError.self) { try scratch.open(cell: "us-1") }
        #expect(error?.code == .otherCell)
        #expect(error?.message.contains("eu-1") == true)
        try scratch.open(cell: "eu-1").close()
    }

    @Test func aStoreWithoutItsIdentityIsRefused() throws {
        try scratch.open().close()
        try sqlite("DELETE FROM meta WHERE key = 'store_id'")
        #expect(throws: StoreOpenError.self) { try scratch.open() }
    }

    @Test func anEmptyFileBecomesAStore() throws {
        scratch.write([])
        #expect(throws: StoreOpenError.self) { try StoreSummary.read(path: scratch.path()) }
        #expect(try scratch.open().outcomes(.read(1, "k")) == [.absent])
    }

    /// Runs SQL on the file through a connection of its own.
    private func sqlite(_ sql: String) throws {
        var connection: OpaquePointer?
        #expect(sqlite3_open(scratch.path(), &connection) == SQLITE_OK)
        #expect(sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK)
        sqlite3_close(connection)
    }
}
