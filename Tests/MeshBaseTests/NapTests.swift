import MeshBase
import Testing

@Suite struct NapTests {
    /// Lets turns pass in which so much came, and more after a rest.
    private func rests(_ nap: inout Nap, turns: Int, inWork: Int, plain: Int, rested: Int) -> Int {
        var (count, isRested) = (0, false)
        for _ in 0..<turns {
            isRested = nap.rests(after: isRested ? rested : plain, inWork: inWork)
            count += isRested ? 1 : 0
        }
        return count
    }

    @Test func whereItGathersItGoesOn() {
        var nap = Nap()
        #expect(rests(&nap, turns: Nap.window - 1, inWork: 64, plain: 2, rested: 4) == 0)
        #expect(rests(&nap, turns: 10_000, inWork: 64, plain: 2, rested: 4) == 10_000)
        #expect(nap.taken == 10_000)
    }

    @Test func whereItGathersNothingItEndsAndTriesEverMoreSeldom() {
        var nap = Nap()
        let first = rests(&nap, turns: 1_000, inWork: 64, plain: 4, rested: 4)
        let later = rests(&nap, turns: 100_000, inWork: 64, plain: 4, rested: 4)
        #expect(first > 0 && first <= 5 * Nap.window)
        // A window of watching and one of resting, then a pause of so many turns.
        #expect(later <= 100_000 / Nap.longestPause * Nap.window + 8 * Nap.window, "\(later)")
        // When it does gather at last, it is found out.
        let found = rests(&nap, turns: 2 * Nap.longestPause, inWork: 64, plain: 2, rested: 8)
        #expect(found >= Nap.longestPause - 2 * Nap.window)
    }

    @Test func withLittleInWorkNobodyWaits() {
        var nap = Nap()
        #expect(rests(&nap, turns: 10_000, inWork: Nap.leastInWork - 1, plain: 2, rested: 8) == 0)
        _ = rests(&nap, turns: 100, inWork: 64, plain: 2, rested: 8)
        #expect(rests(&nap, turns: 1, inWork: 1, plain: 2, rested: 8) == 0)
    }
}
