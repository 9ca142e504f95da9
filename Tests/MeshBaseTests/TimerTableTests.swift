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

    /// The same orders to a table and to a plain list that is searched.
    @Test(arguments: [11, 12, 13, 14] as [UInt64])
    func itBehavesAsASearchedList(seed: UInt64) {
        var generator = Generator(seed: seed)
        var table = TimerTable<UInt64>()
        var model: [(token: UInt64, at: Instant, order: Int)] = []
        var now = Instant.zero
        for step in 0..<4_000 {
            let token = generator.below(40)
            switch generator.below(8) {
            case 0...4:
                let at = now + TimeAmount(nanoseconds: Int64(generator.below(100)) - 5)
                table.arm(token, at: at)
                model.removeAll { $0.token == token }
                model.append((token, at, step))
            case 5:
                table.cancel(token)
                model.removeAll { $0.token == token }
            default:
                now += TimeAmount(nanoseconds: Int64(generator.below(20)))
                while let due = table.popDue(now: now) {
                    let first = model.min { ($0.at, $0.order) < ($1.at, $1.order) }
                    #expect(first?.token == due && first!.at <= now, "seed \(seed) step \(step)")
                    model.removeAll { $0.token == due }
                }
                #expect(!model.contains { $0.at <= now }, "seed \(seed) step \(step)")
            }
            #expect(table.next() == model.map(\.at).min(), "seed \(seed) step \(step)")
            #expect(table.count == model.count)
            #expect(table.isArmed(token) == model.contains { $0.token == token })
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
