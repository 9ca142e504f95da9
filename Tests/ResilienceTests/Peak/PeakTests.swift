import MeshBase
import Testing

@testable import Resilience

@Suite struct PeakTests {
    let start = Instant.zero
    let policy = PeakPolicy.local

    @Test func elevenSettingsThenItStaysAndComesBack() {
        var ramp = PeakRamp()
        #expect(ramp.nextStep == .distantFuture && !ramp.isActive)
        #expect(ramp.begin(policy, now: start) == .begun)
        #expect(ramp.begin(policy, now: start) == nil)
        var seen: [Int] = [ramp.step]
        var events: [(PeakRamp.Event, TimeAmount)] = []
        while ramp.isActive {
            let now = ramp.nextStep
            if let event = ramp.advance(policy, now: now) { events.append((event, now - start)) }
            if ramp.step != seen.last { seen.append(ramp.step) }
        }
        #expect(seen == Array(0...10) + Array((0...9).reversed()))
        #expect(events.map(\.0) == [.reached, .ended])
        // 10 s up, 5 min there, 10 s down.
        #expect(events.map(\.1) == [.seconds(10), .seconds(320)])
        #expect(ramp.nextStep == .distantFuture && ramp.advance(policy, now: start + .hours(9)) == nil)
    }

    @Test func afterAStallTheStepsAreTakenAtOnce() {
        var ramp = PeakRamp()
        _ = ramp.begin(policy, now: start)
        #expect(ramp.advance(policy, now: start + .milliseconds(999)) == nil)
        #expect(ramp.step == 0)
        #expect(ramp.advance(policy, now: start + .milliseconds(4_500)) == nil)
        #expect(ramp.step == 4 && ramp.nextStep == start + .seconds(5))
        let late = start + .hours(1)
        #expect(ramp.advance(policy, now: late) == .reached)
        #expect(ramp.advance(policy, now: late) == .ended)
        #expect(ramp.step == 0 && !ramp.isActive)
    }

    @Test func endedEarlyItGoesBackFromWhereItIs() {
        var ramp = PeakRamp()
        _ = ramp.begin(policy, now: start)
        _ = ramp.advance(policy, now: start + .seconds(4))
        ramp.end(policy, now: start + .seconds(4))
        #expect(ramp.advance(policy, now: start + .seconds(5)) == nil)
        #expect(ramp.step == 3)
        // And begun again it turns round.
        #expect(ramp.begin(policy, now: start + .seconds(5)) == .begun)
        #expect(ramp.advance(policy, now: start + .seconds(12)) == .reached)
        // Begun again while it lasts, it lasts anew.
        #expect(ramp.begin(policy, now: start + .seconds(100)) == nil)
        #expect(ramp.nextStep == start + .seconds(400))
        ramp.end(policy, now: start + .seconds(100))
        #expect(ramp.advance(policy, now: start + .seconds(110)) == .ended)
        var unmoved = PeakRamp()
        _ = unmoved.begin(policy, now: start)
        unmoved.end(policy, now: start)
        #expect(unmoved.advance(policy, now: start) == .ended)
    }

    @Test func everythingGrowsTogether() {
        let usual = PeakSizes(workers: 80, queue: 100, connections: 20, memory: 1 << 30, processor: 0.1)
        #expect(usual.toward(.search, step: 0) == usual)
        #expect(usual.toward(.search, step: 10).workers == 200)
        #expect(usual.toward(.search, step: 10).memory == 2 << 30)
        let half = usual.toward(.search, step: 5)
        #expect(half.workers == 140 && half.connections == 35 && half.memory == 3 << 29)
        #expect(abs(half.processor - 0.175) < 1e-12)
        #expect(usual.toward(.search, step: 3).workers == 116)
    }

    /// What is bounded at both ends is bounded at every step between them: no pool touches another.
    @Test(arguments: [UInt64(51), 52]) func noStepIsAboveBothEnds(seed: UInt64) {
        var rng = Generator(seed: seed)
        for _ in 0..<500 {
            let from = (0..<6).map { _ in Int(rng.below(300)) }
            let to = (0..<6).map { _ in Int(rng.below(300)) }
            let bound = max(from.reduce(0, +), to.reduce(0, +))
            for step in 0...10 {
                let sizes = zip(from, to).map { PeakSizes.between($0, $1, step) }
                #expect(sizes.reduce(0, +) <= bound, "seed \(seed)")
                for (size, (a, b)) in zip(sizes, zip(from, to)) {
                    #expect(size >= min(a, b) && size <= max(a, b), "seed \(seed)")
                }
            }
        }
    }

    @Test func sizesThatMakeNoSenseAreFound() {
        let total = PeakSizes(workers: 525, connections: 200, memory: 10 << 30)
        let usual = PeakSizes(workers: 80, connections: 20, memory: 1 << 30)
        let shop = [PeakSizes.search, .order, .payment, .inventory]
        let sizes = zip(["search", "order", "payment", "inventory"], shop).map { ($0, usual, $1) }
        #expect(
            PeakPolicy.problems(sizes, total: total) == [
                .smaller(service: "inventory", key: "pools"),
                .allocation(key: "connections", sum: 250, total: 200),
            ])
    }

    @Test func threeLooksAboveTheHourlyMeanBeginIt() {
        let policy = PeakPolicy(over: .seconds(10), lasts: .minutes(5), at: 2)
        var trigger = PeakTrigger()
        var now = start
        func look(_ load: Double) -> Bool {
            now += .seconds(1)
            return trigger.look(load, policy, now: now)
        }
        // Before there is a mean nothing is above it.
        for _ in 0..<59 { #expect(look(100) == false) }
        #expect(trigger.mean == nil)
        #expect(look(100) == false)
        #expect(trigger.mean == 100)
        #expect([look(250), look(250)] == [false, false])
        #expect(look(100) == false)
        #expect([look(250), look(250), look(250), look(250)] == [false, false, true, false])
        #expect([look(100), look(.nan), look(300), look(300), look(300)] == [false, false, false, false, true])
        // By hand alone: never.
        var other = PeakTrigger()
        for second in Int64(0)..<200 {
            #expect(other.look(second > 100 ? 1e6 : 1, .local, now: start + .seconds(second)) == false)
        }
    }

    @Test func theMeanForgetsWhatIsOlderThanAnHour() {
        var trigger = PeakTrigger()
        for second in Int64(0)..<120 { _ = trigger.look(1_000, policy, now: start + .seconds(second)) }
        for second in Int64(120)..<240 { _ = trigger.look(10, policy, now: start + .seconds(second)) }
        #expect(trigger.mean == 505)
        _ = trigger.look(10, policy, now: start + .minutes(61))
        #expect(abs(trigger.mean! - (120 * 10.0 + 10) / 121) < 1e-9)
        _ = trigger.look(10, policy, now: start + .hours(9))
        #expect(trigger.mean == nil)
    }
}
