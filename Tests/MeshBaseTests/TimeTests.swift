import Testing

@testable import MeshBase

@Suite struct TimeTests {
    @Test func lengthsSaturate() {
        #expect(TimeAmount.seconds(.max).nanoseconds == .max)
        #expect(TimeAmount.seconds(.min).nanoseconds == .min)
        #expect(TimeAmount.milliseconds(.max).nanoseconds == .max)
        #expect(TimeAmount.hours(.min).nanoseconds == .min)
        #expect(TimeAmount.minutes(3).nanoseconds == 180_000_000_000)
        let most = TimeAmount(nanoseconds: .max)
        let least = TimeAmount(nanoseconds: .min)
        let one = TimeAmount(nanoseconds: 1)
        #expect(most + one == most)
        #expect(least - one == least)
        #expect(least + TimeAmount(nanoseconds: -1) == least)
        #expect(TimeAmount.zero - least == most)
        #expect(most * -2 == least)
        #expect(least * -2 == most)
        #expect(least * 2 == least)
        #expect(least / -1 == most)
        #expect(TimeAmount.seconds(7) / 2 == .milliseconds(3500))
    }

    @Test func instantsSaturate() {
        #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
        #expect(Instant(nanoseconds: .min) - .seconds(1) == Instant(nanoseconds: .min))
        #expect(Instant.distantFuture - Instant(nanoseconds: -1) == TimeAmount(nanoseconds: .max))
        #expect(Instant(nanoseconds: .min) - Instant(nanoseconds: 1) == TimeAmount(nanoseconds: .min))
        var now = Instant.zero
        now += .milliseconds(3)
        #expect(now.nanoseconds == 3_000_000)
    }

    @Test func aLiteralFactorIsNotAmbiguous() {
        #expect(TimeAmount.milliseconds(2) * 3 == .milliseconds(6))
        #expect(TimeAmount.milliseconds(2) * 0.5 == .milliseconds(1))
        #expect(TimeAmount.milliseconds(2) * Int64(4) == .milliseconds(8))
    }

    @Test func fractionsAreRoundedAndClamped() {
        #expect(TimeAmount(seconds: 0.000_000_001_6).nanoseconds == 2)
        #expect(TimeAmount(seconds: -1.5) == .milliseconds(-1500))
        #expect(TimeAmount(seconds: .infinity).nanoseconds == .max)
        #expect(TimeAmount(seconds: -.infinity).nanoseconds == .min)
        #expect(TimeAmount(seconds: .nan) == .zero)
        #expect(TimeAmount(seconds: 1e300).nanoseconds == .max)
        #expect(TimeAmount.seconds(1) * .nan == .zero)
        #expect(TimeAmount.seconds(1) * 1e30 == TimeAmount(nanoseconds: .max))
        // Beyond 2^53 ns a factor of one still changes nothing but the last bits.
        #expect(abs((TimeAmount.hours(10_000) * 1.0 - .hours(10_000)).nanoseconds) <= 8)
    }

    @Test func wholeMillisecondsNeverEndEarly() {
        #expect(TimeAmount(nanoseconds: 1).millisecondsRoundedUp == 1)
        #expect(TimeAmount.milliseconds(5).millisecondsRoundedUp == 5)
        #expect(TimeAmount(nanoseconds: 5_000_001).millisecondsRoundedUp == 6)
        #expect(TimeAmount(nanoseconds: -5).millisecondsRoundedUp == 0)
        #expect(TimeAmount(nanoseconds: .max).millisecondsRoundedUp == Int64.max / 1_000_000 + 1)
    }
}
