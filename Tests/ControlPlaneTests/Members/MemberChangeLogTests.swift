import MeshBase
import Store
import Testing

@testable import ControlPlane
@testable import Membership

@Suite struct MemberChangeLogTests {
    private let scratch: Scratch
    private let path: String

    init() throws {
        scratch = try Scratch()
        path = scratch.path + "/journal.sqlite"
    }

    private func change(_ number: Int) throws -> MemberChange {
        let member = Member(
            profile: try MemberProfile(name: "c\(number)", role: .cell, gossip: .loopback(7000)), status: .dead,
            standing: .steady, incarnation: 1, metadata: MemberMetadata(), since: .zero, isSelf: false)
        return MemberChange(oldStatus: .alive, oldIncarnation: 1, member: member, source: "x", at: .zero)
    }

    /// What the journal says is missing.
    private func gaps(_ journal: Journal) throws -> [String] {
        try journal.events(limit: 100_000).filter { $0.action == "members-unrecorded" }.map(\.attributes)
    }

    @Test func whatIsBeyondTheBoundIsCountedAndTold() throws {
        let journal = try Journal(path: path)
        var log = MemberChangeLog()
        for number in 0..<MemberChangeLog.most + 3 { log.note(try change(number), at: 5) }
        #expect(log.unrecorded == 3)
        log.write(to: journal, at: 10)
        let gaps = try gaps(journal)
        #expect(gaps.count == 1 && gaps[0].contains("\"3 changes were not recorded\""), "\(gaps)")
        #expect(try journal.events(limit: 100_000).count == MemberChangeLog.most + 1)
        // Once told, it is not told again.
        log.note(try change(1), at: 11)
        log.write(to: journal, at: 11)
        log.write(to: journal, at: 9_000_000_000)
        #expect(try self.gaps(journal).count == 1)
        #expect(log.unrecorded == 3)
    }

    @Test func aTurnThatCouldNotBeWrittenIsToldLater() throws {
        let closed = try Journal(path: path)
        closed.close()
        var log = MemberChangeLog()
        for number in 0..<2 { log.note(try change(number), at: 5) }
        log.write(to: closed, at: 10)
        #expect(log.unrecorded == 2)
        // Without a further change: after a second, not in every turn.
        let journal = try Journal(path: path)
        log.write(to: journal, at: 20)
        #expect(try journal.events().isEmpty)
        log.write(to: journal, at: 1_000_000_010)
        #expect(try gaps(journal).map { $0.contains("\"2 changes were not recorded\"") } == [true])
        #expect(log.unrecorded == 2)
    }
}
