import MeshBase
import Testing

@testable import Wire

@Suite struct ReplayWindowTests {
    private func nonce(_ counter: UInt64, boot: UInt64 = 1) -> GossipNonce {
        GossipNonce(bootID: boot, counter: counter)
    }

    /// Checks, and takes what is new.
    private func take(_ window: inout ReplayWindow, _ nonce: GossipNonce) -> ReplayWindow.Verdict {
        let verdict = window.check(nonce)
        if verdict == .new { window.note(nonce) }
        return verdict
    }

    @Test func eachIsTakenOnce() {
        var window = ReplayWindow()
        for counter in [UInt64(0), 1, 5, 3, 700, 2, 64, 63, 5_000] {
            let expected: ReplayWindow.Verdict =
                counter + ReplayWindow.reach > 5_000 || counter <= 700 ? .new : .old
            #expect(take(&window, nonce(counter)) == expected, "\(counter)")
        }
        #expect(take(&window, nonce(5_000)) == .replayed)
        #expect(take(&window, nonce(700)) == .old)
        #expect(take(&window, nonce(5_001 - ReplayWindow.reach)) == .new)
        #expect(take(&window, nonce(5_001 - ReplayWindow.reach)) == .replayed)
        #expect(take(&window, nonce(5_000 - ReplayWindow.reach)) == .old)
    }

    /// Against a set of everything taken, with jumps of every size.
    @Test func agreesWithASet() {
        let seed: UInt64 = 11
        var rng = Generator(seed: seed)
        var window = ReplayWindow()
        var taken: Set<UInt64> = []
        var highest: UInt64 = 0
        for step in 0..<50_000 {
            let back = rng.below(1_200)
            let ahead = rng.chance(0.02) ? rng.below(3_000) : rng.below(4)
            let counter = rng.chance(0.5) ? highest + ahead : highest - min(highest, back)
            let verdict = take(&window, nonce(counter))
            let expected: ReplayWindow.Verdict =
                !taken.isEmpty && counter <= highest && highest - counter >= ReplayWindow.reach
                ? .old : taken.contains(counter) ? .replayed : .new
            guard verdict == expected else {
                Issue.record("seed \(seed), step \(step): \(counter) is \(verdict), not \(expected)")
                return
            }
            if verdict == .new {
                taken.insert(counter)
                highest = max(highest, counter)
            }
        }
    }

    @Test func bootsAreApartAndBounded() {
        var window = ReplayWindow(limit: 3)
        for boot in UInt64(1)...3 { #expect(take(&window, nonce(9, boot: boot)) == .new) }
        #expect(take(&window, nonce(10, boot: 1)) == .new)
        // The one not heard for longest gives way.
        #expect(take(&window, nonce(9, boot: 4)) == .new)
        #expect(window.count == 3)
        #expect(take(&window, nonce(9, boot: 1)) == .replayed)
        #expect(take(&window, nonce(9, boot: 3)) == .replayed)
        #expect(take(&window, nonce(9, boot: 4)) == .replayed)
        #expect(window.check(nonce(9, boot: 2)) == .new)
    }

    @Test func theHighestCounter() {
        var window = ReplayWindow()
        #expect(take(&window, nonce(0xFFFF_FFFF_FFFF)) == .new)
        #expect(take(&window, nonce(0xFFFF_FFFF_FFFF)) == .replayed)
        #expect(take(&window, nonce(0)) == .old)
    }
}
