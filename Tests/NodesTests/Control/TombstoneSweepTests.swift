import MeshBase
import Replication
import Sharding
import Testing
import Wire

@testable import Nodes

/// What a sweep may take of what the members show.
@Suite struct TombstoneSweepTests {
    private func line(_ customer: String, _ counter: UInt64 = 1) -> RecordLine {
        RecordLine(
            position: RecordPosition(customer: Array(customer.utf8), key: [1]),
            version: RecordVersion(counter: counter, writer: 1), tombstone: true)
    }
    private func page(_ lines: [RecordLine]) -> RecordPages.Listing {
        RecordPages.Listing(lines: lines, upTo: lines.last?.position ?? .start, isLast: true)
    }
    private func held(_ pages: [Int: RecordPages.Listing]) -> [RecordLine] {
        TombstoneSweep.held(pages, holders: { _ in [0, 1, 2] }).lines
    }

    @Test func onlyWhatEveryMemberShowsGoes() {
        let all = page([line("a")])
        #expect(held([0: all, 1: all, 2: all]) == [line("a")])
        // The third has another version, or lacks it.
        #expect(held([0: all, 1: all, 2: page([line("a", 2)])]).isEmpty)
        #expect(held([0: all, 1: all, 2: page([])]).isEmpty)
    }

    /// One that is dead has no page, and one that fills itself refuses to give any.
    @Test func whoGivesNoPageKeepsTheTombstonesOfItsCustomers() {
        let all = page([line("a"), line("b")])
        #expect(held([0: all, 1: all]).isEmpty)
        let a = line("a").position.hash
        let others = TombstoneSweep.held([0: all, 1: all], holders: { $0.hash == a ? [0, 1] : [0, 2] })
        #expect(others.lines == [line("a")] && others.others == 1)
    }

    /// Where all of a shard promise one copy, whoever shows it is enough; a customer who is left alone keeps all.
    @Test func ofOneCopyOneMemberIsEnough() {
        let shown = [0: page([line("a")]), 1: page([])]
        let (lines, others) = TombstoneSweep.held(shown, holders: { _ in [] })
        #expect(lines == [line("a")] && others == 0)
        let left = TombstoneSweep.held(shown, holders: { _ in nil })
        #expect(left.lines.isEmpty && left.others == 1)
    }

    /// A cohort that was listed before a drop is looked at again afterwards.
    @Test func aDropChangesWhatWasListed() {
        let fence = CohortFence(cohort: 1, version: 1, hashes: 0...UInt64.max)
        let key = CohortListings.Key(cohort: 1, version: 1, verifies: false, after: .start)
        var listings = CohortListings(cohorts: 2)
        listings.ask(SlabKey(rawValue: 1), key, for: .own(number: 1))
        _ = listings.answered(SlabKey(rawValue: 1), CohortListings.Listing(lines: [line("a")], isLast: true, floor: 0))
        listings.note(StoreOrder.Operation.list(fence, after: .start, limit: 1, fingerprints: false).reach)
        let before = listings.known(key) != nil
        #expect(before)
        listings.note(StoreOrder.Operation.drop(fence, [line("a")]).reach)
        let after = listings.known(key) != nil
        #expect(!after)
    }
}
