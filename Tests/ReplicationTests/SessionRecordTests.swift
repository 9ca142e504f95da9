import MeshBase
import Testing
import Topology

@testable import Replication

@Suite struct SessionRecordTests {
    private func version(_ counter: UInt64, _ writer: UInt64 = 1) -> RecordVersion {
        RecordVersion(counter: counter, writer: writer)
    }

    @Test func aKeyKeepsTheHighestVersionThatWasSeen() {
        var session = SessionRecord(customer: CustomerHash("c1"))
        session.note(version(5, 2), ofKey: 1)
        session.note(version(5, 1), ofKey: 1)
        session.note(.none, ofKey: 2)
        #expect(session.demand(ofKey: 1) == SessionDemand(version: version(5, 2)))
        #expect(session.demand(ofKey: 2).isNothing && session.seen.count == 1)
        let demand = session.demand(ofKey: 1)
        #expect(demand.isMet(by: version(5, 2), collected: 0, askedAll: false))
        #expect(!demand.isMet(by: version(5, 1), collected: 0, askedAll: true))
    }

    /// What was collected is known by cohort: it may have been another record's.
    @Test func nothingIsNewEnoughWhereItMayHaveBeenDeletedAndAllSaySo() {
        var session = SessionRecord(customer: CustomerHash("c1"))
        session.note(version(5), ofKey: 1)
        let demand = session.demand(ofKey: 1)
        #expect(demand.isMet(by: .none, collected: 5, askedAll: true))
        #expect(!demand.isMet(by: .none, collected: 5, askedAll: false))
        #expect(!demand.isMet(by: .none, collected: 4, askedAll: true))
    }

    /// It has seen the deletion, of which nothing needs to be left; older values are older still.
    @Test func nothingIsAsNewAsADeletion() {
        var session = SessionRecord(customer: CustomerHash("c1"))
        session.note(version(5), ofKey: 1)
        session.note(version(6), ofKey: 1, isDeletion: true)
        session.note(version(4), ofKey: 1)
        let demand = session.demand(ofKey: 1)
        #expect(demand == SessionDemand(version: version(6), isDeletion: true))
        #expect(demand.isMet(by: .none, collected: 0, askedAll: false))
        #expect(!demand.isMet(by: version(5), collected: 9, askedAll: true))
        session.note(version(7), ofKey: 1)
        #expect(!session.demand(ofKey: 1).isMet(by: .none, collected: 0, askedAll: true))
    }

    /// However many keys a client reads, its token stays small, and nothing it has seen is forgotten for good.
    @Test func theOldestKeysBecomeAFloor() {
        var session = SessionRecord(customer: CustomerHash("c1"))
        for key in 1...100 as ClosedRange<UInt64> { session.note(version(key), ofKey: key) }
        #expect(session.seen.count == SessionRecord.most)
        #expect(session.floor == 100 - UInt64(SessionRecord.most))
        let given = session.demand(ofKey: 3)
        #expect(given.counter == session.floor)
        #expect(!given.isMet(by: version(session.floor), collected: 0, askedAll: false))
        #expect(given.isMet(by: version(3), collected: 0, askedAll: true))
        #expect(given.isMet(by: version(session.floor + 1), collected: 0, askedAll: false))
    }

    /// The table of docs/consistency.md.
    @Test(
        arguments: [
            (nil, "in force", "in force", "in force"), (.strong, "in force", "in force", "not of tier"),
            (.causal, "needs a session", "needs a session", "not of tier"),
            (.session, "needs a session", "needs a session", "not of tier"),
            (.eventual, "in force", "in force", "in force"), (.weak, "in force", "in force", "in force"),
        ] as [(Consistency?, String, String, String)])
    func withoutASession(level: Consistency?, critical: String, important: String, cache: String) {
        #expect(words(level, hasSession: false) == [critical, important, cache])
    }

    @Test(
        arguments: [
            (nil, "carried", "in force", "not of tier"), (.strong, "carried", "in force", "not of tier"),
            (.causal, "carried", "in force", "not of tier"), (.session, "carried", "in force", "not of tier"),
            (.eventual, "contradiction", "contradiction", "contradiction"),
            (.weak, "contradiction", "contradiction", "contradiction"),
        ] as [(Consistency?, String, String, String)])
    func withASession(level: Consistency?, critical: String, important: String, cache: String) {
        #expect(words(level, hasSession: true) == [critical, important, cache])
    }

    private func words(_ level: Consistency?, hasSession: Bool) -> [String] {
        StoreSettings.Tier.allCases.map { tier in
            switch ConsistencyChoice(level, tier: tier, hasSession: hasSession, writes: false) {
            case .inForce(_, let session): hasSession && !session ? "carried" : "in force"
            case .refused(.needsSession): "needs a session"
            case .refused(.notOfTier): "not of tier"
            case .refused(.contradiction): "contradiction"
            }
        }
    }

    /// What a client asks of its own read must not cost others what the tier promises them.
    @Test(arguments: StoreSettings.Tier.allCases, [Consistency.eventual, .weak])
    func aWriteIsNeverWeakerThanItsTier(tier: StoreSettings.Tier, level: Consistency) {
        #expect(
            ConsistencyChoice(level, tier: tier, hasSession: false, writes: true)
                == .inForce(QuorumRule(tier: tier), session: false))
    }
}
