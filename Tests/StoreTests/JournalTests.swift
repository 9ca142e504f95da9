import GRDBSQLite
import MeshBase
import Testing

@testable import Store

@Suite struct JournalTests {
    let scratch = Scratch()

    private func journal(_ limits: JournalLimits = JournalLimits()) throws -> Journal {
        try Journal(path: scratch.path(), limits: limits)
    }
    private func event(_ time: Int64, _ action: String = "dead") -> JournalEvent {
        JournalEvent(time: time, type: "member", action: action, subject: "eu-1", attributes: #"{"by":"us-1"}"#)
    }

    @Test func eventsAreReadBackFromWhereOneStopped() throws {
        let journal = try journal()
        let ids = try (1...5).map { try journal.append(event(Int64($0) * 10)) }
        #expect(ids == [1, 2, 3, 4, 5])
        #expect(try journal.events(since: 3).map(\.id) == [4, 5])
        #expect(try journal.events(since: 0, limit: 2).map(\.id) == [1, 2])
        #expect(try journal.events(from: 30).map(\.time) == [30, 40, 50])
        #expect(try journal.events(since: 9).isEmpty)
        #expect(try journal.events(limit: -1).isEmpty)
        var first = event(10)
        first.id = 1
        #expect(try journal.events().first == first)
    }

    @Test func oldEventsAreDroppedAndIdsNeverReturn() throws {
        var limits = JournalLimits()
        limits.events = 300
        let journal = try journal(limits)
        try journal.write { transaction in
            for time in 1...1_000 { try transaction.append(event(Int64(time))) }
        }
        let events = try journal.events(limit: 10_000)
        #expect(events.count >= 300 && events.count <= 300 + 256)
        #expect(events.last?.id == 1_000)
        #expect(try journal.append(event(1)) == 1_001)
    }

    @Test func processesAreKeptByPidAndStartTime() throws {
        let journal = try journal()
        let endpoint = try #require(Endpoint("127.0.0.1:8080"))
        var cell = JournalProcess(pid: 40, startTime: .max, name: "eu-1", role: .cell)
        try journal.upsertProcess(cell)
        cell.addresses = [
            .init(purpose: "mesh", endpoint: endpoint), .init(purpose: "admin", endpoint: .loopback(9)),
        ]
        try journal.upsertProcess(cell)
        let router = JournalProcess(pid: 41, startTime: 7, name: "router-1", role: .router)
        let elder = JournalProcess(pid: 30, startTime: 6, name: "eu-1", role: .cell)
        try journal.upsertProcess(router)
        try journal.upsertProcess(elder)
        #expect(try journal.processes() == [elder, cell, router])
        try journal.removeProcess(pid: 30, startTime: 5)
        #expect(try journal.processes().count == 3)
        try journal.removeProcess(pid: 30, startTime: 6)
        #expect(try journal.processes() == [cell, router])
    }

    @Test func leasesAndIntentsSurviveUntilTheyAreRemoved() throws {
        let lease = FaultLease(
            id: "f-1", kind: "latency", target: "eu-1", parameters: #"{"ms":50}"#, createdAt: 1, expiresAt: 100)
        let sooner = FaultLease(id: "f-2", kind: "pause", target: "us-1", createdAt: 2, expiresAt: 50)
        let pause = ProcessIntent(
            id: "i-1", action: .pause, name: "us-1", pid: 9, startTime: 3, createdAt: 2, expiresAt: 50)
        do {
            let journal = try journal()
            try journal.addLease(lease)
            try journal.addLease(sooner)
            try journal.addIntent(pause)
            try journal.setMeta("mesh", "three-regions")
            journal.close()
        }
        let journal = try journal()
        #expect(try journal.leases() == [sooner, lease])
        #expect(try journal.intents() == [pause])
        #expect(try journal.meta("mesh") == "three-regions")
        #expect(try journal.meta("none") == nil)
        var renewed = sooner
        renewed.expiresAt = 500
        try journal.addLease(renewed)
        #expect(try journal.leases() == [lease, renewed])
        #expect(try journal.removeLease("f-1"))
        #expect(try !journal.removeLease("f-1"))
        #expect(try journal.removeIntent("i-1"))
        #expect(try journal.intents().isEmpty)
    }

    @Test func aTransactionIsAllOrNothing() throws {
        let journal = try journal()
        struct Stop: Error {}
        #expect(throws: StoreError.self) {
            try journal.write { transaction in
                try transaction.append(event(1))
                try transaction.setMeta("a", "b")
                throw Stop()
            }
        }
        #expect(try journal.events().isEmpty)
        #expect(try journal.meta("a") == nil)
    }

    @Test func tablesAreBounded() throws {
        var limits = JournalLimits()
        limits.rows = 2
        let journal = try journal(limits)
        for id in ["a", "b", "b"] {
            try journal.addLease(FaultLease(id: id, kind: "k", target: "t", createdAt: 1, expiresAt: 2))
        }
        let error = #expect(throws: StoreError.self) {
            try journal.addLease(FaultLease(id: "c", kind: "k", target: "t", createdAt: 1, expiresAt: 2))
        }
        #expect(error?.code == .full)
        #expect(try journal.leases().map(\.id) == ["a", "b"])
    }

    @Test func twoProcessesMayShareAJournal() throws {
        let one = try journal()
        let two = try journal()
        try one.append(event(1))
        try two.append(event(2))
        #expect(try one.events().map(\.time) == [1, 2])
    }

    @Test func aJournalOfANewerReleaseAndForeignFilesAreRefused() throws {
        do { try journal().close() }
        try sqlite("INSERT INTO grdb_migrations(identifier) VALUES('2')")
        #expect(#expect(throws: StoreOpenError.self) { try journal() }?.code == .dataVersion)
        #expect(
            #expect(throws: StoreOpenError.self) { try Journal(path: scratch.directory) }?.code == .damaged)
        try scratch.open("other.sqlite").close()
        #expect(
            #expect(throws: StoreOpenError.self) { try Journal(path: scratch.path("other.sqlite")) }?.code == .foreign)
    }

    @Test func aRowThatCannotBeUnderstoodIsAnError() throws {
        let journal = try journal()
        try journal.upsertProcess(JournalProcess(pid: 1, startTime: 1, name: "a", role: .cell))
        try sqlite("UPDATE processes SET role = 250")
        #expect(throws: StoreError.self) { try journal.processes() }
        try sqlite("INSERT INTO intents VALUES('i', 'dance', 'n', 1, 1, 1, 1)")
        #expect(throws: StoreError.self) { try journal.intents() }
    }

    private func sqlite(_ sql: String) throws {
        var connection: OpaquePointer?
        #expect(sqlite3_open(scratch.path(), &connection) == SQLITE_OK)
        #expect(sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK)
        sqlite3_close(connection)
    }
}
