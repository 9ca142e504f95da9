import Testing

@testable import MeshBase

@Suite struct TimerTableTests {
    @Test func arrivalOrderBreaksTies() {
        var table = TimerTable<Int>()
        for token in [3, 1, 2] { table.arm(token, at: Instant(nanoseconds: 5)) }
        table.arm(3, at: Instant(nanoseconds: 5))
        #expect((0..<4).map { _ in table.popDue(now: Instant(nanoseconds: 5)) } == [1, 2, 3, nil])
        #expect(table.count == 0 && table.next() == nil)
    }

    /// Few and many tokens, armed, armed again, cancelled and popped, against a plain list.
    @Test(arguments: [5, 12, 13, 40, 500] as [UInt64]) func doesWhatAPlainListDoes(_ tokens: UInt64) {
        let seed: UInt64 = 77
        var rng = Generator(seed: seed)
        var table = TimerTable<UInt64>()
        var plain: [(token: UInt64, at: Instant, order: Int)] = []
        var now = Instant.zero
        for step in 0..<5_000 {
            let token = rng.below(tokens)
            switch rng.below(5) {
            case 0, 1:
                let at = now + .milliseconds(Int64(rng.below(100)))
                table.arm(token, at: at)
                plain.removeAll { $0.token == token }
                plain.append((token, at, step))
            case 2:
                table.cancel(token)
                plain.removeAll { $0.token == token }
            case 3:
                now += .milliseconds(Int64(rng.below(20)))
            default:
                let due = plain.filter { $0.at <= now }.min { ($0.at, $0.order) < ($1.at, $1.order) }
                #expect(table.popDue(now: now) == due?.token, "seed \(seed), step \(step)")
                if let due { plain.removeAll { $0.token == due.token } }
            }
            #expect(table.count == plain.count, "seed \(seed), step \(step)")
            #expect(table.isArmed(token) == plain.contains { $0.token == token }, "seed \(seed), step \(step)")
            #expect(table.next() == plain.map(\.at).min(), "seed \(seed), step \(step)")
        }
    }

    @Test func whatIsReplacedDoesNotPileUp() {
        var table = TimerTable<Int>()
        for step in 0..<100_000 { table.arm(step % 4, at: Instant(nanoseconds: 1_000_000 + Int64(step))) }
        #expect(table.heap.count <= 65)
        for step in 0..<100_000 {
            table.arm(step, at: Instant(nanoseconds: 2_000_000))
            table.cancel(step)
        }
        #expect(table.heap.count <= 65)
    }
}
