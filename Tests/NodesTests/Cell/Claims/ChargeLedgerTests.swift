import MeshBase
import Replication
import Sharding
import Testing

@testable import Nodes

@Suite("How often each key was carried out")
struct ChargeLedgerTests {
    private func position(_ key: String, customer: String = "c1") -> RecordPosition {
        RecordPosition(
            hash: CustomerHash(customer), customer: Array(customer.utf8),
            key: ClaimKey.bytes(service: Array("pay".utf8), key: Array(key.utf8)))
    }
    private func text(_ ledger: ChargeLedger, _ prefix: String) -> [String] {
        ledger.charges(of: Array(prefix.utf8)).map { "\(String(decoding: $0.rest, as: UTF8.self)) \($0.times)" }
            .sorted()
    }

    @Test func whatIsBegunIsCounted() {
        var ledger = ChargeLedger()
        ledger.note(position("load-a-1"), hasBegun: true)
        ledger.note(position("load-a-2"), hasBegun: true)
        ledger.note(position("load-a-2"), hasBegun: true)
        ledger.note(position("load-b-1"), hasBegun: true)
        #expect(text(ledger, "load-a-") == ["1 1", "2 2"])
        #expect(text(ledger, "load-c-").isEmpty)
    }

    @Test func whatIsTurnedAwayCountsForNothing() {
        var ledger = ChargeLedger()
        ledger.note(position("a"), hasBegun: true)
        ledger.note(position("a"), hasBegun: false)
        #expect(text(ledger, "").isEmpty)
        ledger.note(position("a"), hasBegun: false)
        ledger.note(position("b"), hasBegun: false)
        #expect(text(ledger, "").isEmpty)
        ledger.note(position("a"), hasBegun: true)
        #expect(text(ledger, "") == ["a 1"])
    }

    @Test func theOldestGoFirst() {
        var ledger = ChargeLedger(limit: 3)
        for key in ["a", "b", "c", "d", "e"] { ledger.note(position(key), hasBegun: true) }
        #expect(text(ledger, "") == ["c 1", "d 1", "e 1"] && ledger.forgotten == 2)
        for key in ["f", "g", "h", "i"] { ledger.note(position(key), hasBegun: true) }
        #expect(text(ledger, "") == ["g 1", "h 1", "i 1"] && ledger.forgotten == 6)
    }

    @Test func customersAreApart() {
        var ledger = ChargeLedger()
        ledger.note(position("a", customer: "c1"), hasBegun: true)
        ledger.note(position("a", customer: "c2"), hasBegun: true)
        #expect(text(ledger, "") == ["a 1", "a 1"])
    }
}
