import MeshBase
import Testing

@testable import Nodes
@testable import Resilience

@Suite struct HeldBreakersTests {
    private let until = WallTime(milliseconds: 60_000)
    private let policy = BreakerPolicy.local

    @Test func onlyTheNodesOwnGatesChangeAndEachOnce() {
        var held = HeldBreakers(node: "a-1")
        let settings = SettingsDocument(
            version: 1,
            breakers: [
                BreakerEntry("a-1/shop/pay", .forcedOpen, until: until),
                BreakerEntry("a-10/shop/pay", .disabled, until: until),
                BreakerEntry("r1/a-1/shop", .disabled, until: until),
            ])
        let changes = held.update(settings)
        #expect(changes.map(\.gate) == ["shop/pay"] && changes[0].hold?.mode == .forcedOpen)
        #expect(held.update(settings).isEmpty)
        #expect(held.hold("shop/pay")?.mode == .forcedOpen && held.hold("shop/tax") == nil)
        #expect(held.update(SettingsDocument(version: 2)) == [HeldBreakers.Change(gate: "shop/pay", hold: nil)])
        #expect(held.isEmpty)
    }

    @Test func closedOnceMoreIsAChange() {
        var held = HeldBreakers(node: "a")
        func document(_ set: Int64) -> SettingsDocument {
            SettingsDocument(
                breakers: [BreakerEntry("a/b/c", .closed, set: WallTime(milliseconds: set), until: until)])
        }
        #expect(held.update(document(1)).count == 1)
        #expect(held.update(document(1)).isEmpty)
        #expect(held.update(document(2)).count == 1)
    }

    @Test func aBreakerIsHeldUntilItsEndByTheWallClock() {
        var breaker = Breaker()
        let now = Instant(nanoseconds: 5_000_000_000)
        let hold = HeldBreakers.Hold(mode: .forcedOpen, until: until)
        let offset: Int64 = 50_000_000_000
        #expect(breaker.hold(hold, policy, now: now, wallOffset: offset)?.to == .forcedOpen)
        #expect(breaker.until == Instant(nanoseconds: 10_000_000_000))
        #expect(breaker.hold(hold, policy, now: now, wallOffset: offset) == nil)
        #expect(breaker.hold(nil, policy, now: now, wallOffset: offset)?.to == .closed)
        #expect(breaker.hold(nil, policy, now: now, wallOffset: offset) == nil)
    }

    @Test func closeLeadsOutOfEveryState() {
        for mode: BreakerEntry.Mode in [.forcedOpen, .disabled, .metricsOnly] {
            var breaker = Breaker()
            let now = Instant(nanoseconds: 1)
            _ = breaker.hold(.init(mode: mode, until: until), policy, now: now, wallOffset: 0)
            #expect(
                breaker.hold(.init(mode: .closed, until: until), policy, now: now, wallOffset: 0)?.to == .closed,
                "\(mode)")
            #expect(breaker.state == .closed)
        }
    }
}
