import MeshBase
import Testing

@testable import Resilience

@Suite struct ShedForecastTests {
    /// Critical, high, normal, low.
    static let mix = SIMD4(0.1, 0.1, 0.6, 0.2)

    private func percent(_ ratio: Double) -> Double { (ratio * 1000).rounded() / 10 }

    @Test func belowTheLowestThresholdNothingIsShed() {
        let forecast = ShedForecast(load: 0.675, shares: Self.mix)
        #expect(forecast.share == 0)
        #expect(percent(forecast.load) == 67.5)
    }

    /// 3/2 of 50 %: low is shed so far that 70 % is left.
    @Test func atThreeQuartersLowIsHeldAtSeventyPercent() {
        let forecast = ShedForecast(load: 0.75, shares: Self.mix)
        #expect(percent(forecast.load) == 70)
        #expect(percent(forecast.share) == 6.7)
        #expect(percent(forecast.share(of: .low)) == 33.3)
        #expect(forecast.share(of: .normal) == 0)
    }

    /// 3/2 of 70 %: all of low and so much of normal that 85 % is left, 19 % of all.
    @Test func at105PercentNineteenPercentIsShed() {
        let forecast = ShedForecast(load: 1.05, shares: SIMD4(0.1, 0.1, 0.7, 0.1))
        #expect(percent(forecast.load) == 85)
        #expect(percent(forecast.share) == 19)
        #expect(forecast.share(of: .low) == 1)
        #expect(forecast.share(of: .high) == 0 && forecast.share(of: .critical) == 0)
    }

    /// The rule sheds all of low while the rest alone is above its threshold: where low is more than a fifth, more goes.
    @Test func muchLowIsShedWhole() {
        let forecast = ShedForecast(load: 1.05, shares: SIMD4(0.1, 0, 0.6, 0.3))
        #expect(percent(forecast.share) == 30)
        #expect(percent(forecast.load) == 73.5)
    }

    @Test func requestsThatNameNoClassAreHeldAtTheThresholdOfNormal() {
        #expect(percent(ShedForecast(load: 1.05, shares: SIMD4(0, 0, 1, 0)).share) == 19)
    }

    @Test func criticalIsOnlyRefusedByAFullPlace() {
        let forecast = ShedForecast(load: 4, shares: SIMD4(0.5, 0.5, 0, 0))
        #expect(forecast.share(of: .critical) == 0.5 && forecast.share(of: .high) == 1)
        #expect(ShedForecast(load: 0, shares: Self.mix).share == 0)
    }
}
