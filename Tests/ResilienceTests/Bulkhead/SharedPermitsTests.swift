import MeshBase
import Testing

@testable import Resilience

/// One pool for several owners: it counts right whoever dies, and what the dead held returns.
@Suite struct SharedPermitsTests {
    final class Words: PermitWords {
        var words: [UInt64]
        /// Called before the next exchange: what another process does in between.
        var before: (() -> Void)?

        init(permits: Int) { words = Array(repeating: 0, count: SharedPermits<Words>.words(permits: permits)) }
        func load(_ place: Int) -> UInt64 { words[place] }
        func store(_ word: UInt64, at place: Int) { words[place] = word }
        func exchange(_ expected: UInt64, for word: UInt64, at place: Int) -> Bool {
            let other = before
            before = nil
            other?()
            guard words[place] == expected else { return false }
            words[place] = word
            return true
        }
    }

    /// A process of the owner, at a time in milliseconds.
    final class Owner {
        private var permits: SharedPermits<Words>
        init(_ words: Words, _ number: Int, _ life: UInt32) {
            permits = SharedPermits(words, permits: 10, owner: number, life: life)
        }

        private func at(_ milliseconds: Int64) -> Instant { Instant.zero + .milliseconds(milliseconds) }
        var taken: Int { permits.taken }
        func take(_ time: Int64) -> Bool { permits.take(now: at(time)) }
        func giveBack() { permits.giveBack() }
        func renew(_ time: Int64) { permits.renew(now: at(time)) }
        func inUse(_ time: Int64) -> Int { permits.inUse(now: at(time)) }
    }

    private let words = Words(permits: 10)
    private func owner(_ number: Int, life: UInt32 = 1) -> Owner { Owner(words, number, life) }

    @Test func allTogetherTakeNoMoreThanThereAre() {
        let (a, b) = (owner(0), owner(1))
        for _ in 0..<7 { #expect(a.take(0)) }
        for _ in 0..<3 { #expect(b.take(0)) }
        #expect(!a.take(1) && !b.take(1))
        a.giveBack()
        #expect(b.take(2), "what one gives back is there for the other")
        #expect(!a.take(2))
        #expect((a.taken, b.taken) == (6, 4) && a.inUse(2) == 10)
    }

    @Test func whatADeadOwnerHeldReturnsWithItsLease() {
        let (a, b) = (owner(0), owner(1))
        for _ in 0..<10 { #expect(a.take(0)) }
        a.renew(500)
        // It dies here. Its lease is of the last renewal.
        #expect(!b.take(2_499))
        #expect(b.take(2_500))
        #expect(b.inUse(2_500) == 1, "of the ten that the dead one had, one is held again")
    }

    @Test func whoLivesKeepsWhatItHoldsForAsLongAsItHangs() {
        let (a, b) = (owner(0), owner(1))
        for _ in 0..<10 { _ = a.take(0) }
        for renewal in 1...100 {
            a.renew(Int64(renewal) * 500)
            #expect(!b.take(Int64(renewal) * 500))
        }
    }

    @Test func theNextLifeFindsWhatTheOneBeforeHeldFree() {
        let before = owner(0, life: 1)
        for _ in 0..<10 { _ = before.take(0) }
        let after = owner(0, life: 2)
        #expect(after.take(10), "at once, and not with the lease")
        #expect(after.inUse(10) == 1)
    }

    @Test func whatWasTakenOverIsNotGivenBackTwice() {
        let (a, b) = (owner(0), owner(1))
        for _ in 0..<10 { _ = a.take(0) }
        // It stood still, and others have its permits.
        for _ in 0..<10 { #expect(b.take(3_000)) }
        for _ in 0..<10 { a.giveBack() }
        #expect(b.inUse(3_000) == 10)
        #expect(!a.take(3_000))
    }

    @Test func whoComesSecondToTheLastPermitGetsNone() {
        let (a, b) = (owner(0), owner(1))
        for _ in 0..<9 { _ = b.take(0) }
        words.before = { _ = b.take(0) }
        #expect(!a.take(0), "another has it, between its look and its exchange")
        #expect((a.taken, b.taken) == (0, 10))
    }

    @Test func whatNobodyCanHaveWrittenIsFree() {
        let a = owner(0)
        let first = 2 * SharedPermits<Words>.owners
        words.words[first] = .max
        words.words[first + 1] = 1 << 32 | 7
        // A lease of before the last boot.
        words.words[0] = 7
        words.words[SharedPermits<Words>.owners] = 1 << 40
        #expect(a.inUse(0) == 0)
        for _ in 0..<10 { #expect(a.take(0)) }
    }
}
