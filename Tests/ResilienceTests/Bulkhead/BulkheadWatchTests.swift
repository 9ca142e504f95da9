import MeshBase
import Testing

@testable import Resilience

@Suite struct BulkheadWatchTests {
    let start = Instant.zero

    @Test func fullBeginsAtFourFifthsAndEndsWellBelow() {
        var watch = FullnessWatch()
        #expect(watch.look(0.79) == nil)
        #expect(watch.look(0.8) == true)
        #expect(watch.look(0.95) == nil)
        #expect(watch.look(0.7) == nil)
        #expect(watch.look(0.59) == false)
        #expect(watch.look(0.7) == nil)
    }

    @Test func aJobHeldForTenTimesItsLimitIsALeak() {
        // Limit 1 s: a leak after 10 s, found within a quarter of that.
        var watch = LeakWatch(limit: .seconds(1), now: start)
        watch.began(now: start + .seconds(1))
        #expect(watch.leaked(now: start + .seconds(11)) == 0)
        #expect(watch.look(now: start + .seconds(11)) == nil)
        #expect(watch.leaked(now: start + .milliseconds(13_500)) == 1)
        #expect(watch.look(now: start + .milliseconds(13_500)) == 1)
        // Told once.
        #expect(watch.look(now: start + .seconds(20)) == nil)
        watch.ended(began: start + .seconds(1), now: start + .seconds(60))
        #expect(watch.leaked(now: start + .seconds(60)) == 0)
        #expect(watch.look(now: start + .seconds(60)) == nil)
    }

    @Test func oneThatBeganAtTheEndOfAQuarterIsNotFoundEarly() {
        var watch = LeakWatch(limit: .seconds(1), now: start)
        let began = start + .milliseconds(2_499)
        watch.began(now: began)
        #expect(watch.leaked(now: began + .seconds(10)) == 0)
        #expect(watch.leaked(now: began + .milliseconds(10_001)) == 1)
    }

    @Test(arguments: [UInt64(11), 12, 13, 14]) func leaksAreThoseOfALedger(seed: UInt64) {
        var rng = Generator(seed: seed)
        let limit = TimeAmount.milliseconds(100)
        var watch = LeakWatch(limit: limit, now: start)
        var held: [Instant] = []
        var now = start
        for _ in 0..<3_000 {
            now += .microseconds(Int64(rng.below(20_000)))
            if rng.chance(0.5) || held.isEmpty {
                watch.began(now: now)
                held.append(now)
            } else {
                watch.ended(began: held.remove(at: Int(rng.below(UInt64(held.count)))), now: now)
            }
            let certain = held.count { now - $0 > limit * 12.5 }
            let possible = held.count { now - $0 >= limit * 10 }
            let leaked = watch.leaked(now: now)
            #expect(certain <= leaked && leaked <= possible, "seed \(seed)")
        }
    }

    @Test func inversionIsToldOnce() {
        var watch = InversionWatch()
        #expect(watch.look(true) == true)
        #expect(watch.look(true) == nil)
        #expect(watch.look(false) == false)
    }
}
