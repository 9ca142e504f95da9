import Foundation
import MeshBase
import Testing

@testable import Drills

@Suite struct FailureWaveTests {
    private func wave(_ shares: [Double], services: [Int] = [], cells: [Int] = []) -> FailureWave {
        FailureWave(
            requests: shares.map { _ in 10_000 }, failed: shares.map { UInt64($0 * 10_000) }, period: .seconds(1),
            services: services, cells: cells)
    }

    @Test func aWaveThatGrowsIsFoundUpToWhereItIsSaturated() throws {
        let published = Wave(a: 0.02, beta: 0.12, omega: 0.05, phi: 0.3)
        let shares = (0..<50).map { min(max(published(Double($0)), 0), 1) }
        let saturated = try #require(shares.firstIndex { $0 >= 0.95 })
        let found = wave([0, 0] + shares, services: [2, 4, 6], cells: [3])
        let fit = try #require(found.fit)
        #expect(abs(fit.beta - 0.12) < 0.005 && abs(fit.omega - 0.05) < 0.01 && fit.r2 > 0.99)
        #expect(found.saturated == saturated + 2 && fit.points == saturated && found.from == 2)
        let seen = try #require(shares.firstIndex { $0 >= 0.05 })
        #expect(found.detectionMilliseconds == Double(seen + 3) * 1_000)
        #expect(found.humanRatio == 300 / Double(seen + 3))
        #expect(found.servicesPerSecond == 0.5 && found.cellsPerSecond == nil && !found.isCalm)
        let again = try JSONDecoder().decode(FailureWave.self, from: JSONEncoder().encode(found))
        #expect(again == found)
    }

    /// As many of 200 requests as a share says, give or take what chance does.
    private func drawn(_ shares: [Double], seed: UInt64) -> FailureWave {
        var random = Generator(seed: seed, concern: "wave")
        let failed = shares.map { share in UInt64((0..<200).count { _ in random.unit() < share }) }
        return FailureWave(requests: shares.map { _ in 200 }, failed: failed, period: .seconds(1))
    }

    @Test func aConstantShareIsFlatAndWhatEndsHasNotGrown() {
        for seed in 1...20 as ClosedRange<UInt64> {
            for length in [12, 20, 30, 60] {
                let flat = drawn(Array(repeating: 0.027, count: length), seed: seed)
                #expect(flat.fit == nil && flat.growth == nil && flat.isCalm, "seed \(seed), \(length) s")
                #expect(flat.missing?.hasPrefix("flat at ") == true)
                // A fault that ends while it is still looked at.
                let ended = drawn(
                    Array(repeating: 0.027, count: length) + Array(repeating: 0, count: max(length / 6, 2)), seed: seed)
                #expect(ended.growth ?? 0 <= 0, "seed \(seed), \(length) s: \(String(describing: ended.fit))")
            }
        }
        // Without any chance at all there is nothing to explain.
        #expect(wave(Array(repeating: 0.03, count: 20)).missing?.hasPrefix("flat at 3 %") == true)
    }

    @Test func whatGrowsIsStillFoundAmongChance() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            let found = drawn((0..<24).map { 0.02 * exponential(0.12 * Double($0)) }, seed: seed)
            #expect(
                found.fit?.course == .growing && found.growth ?? 0 > 0, "seed \(seed): \(String(describing: found))")
        }
    }

    @Test func anEnvelopeThatRisesUnderASineThatFallsIsNoGrowth() throws {
        // As it was once told of an outage of a zone.
        let product = Wave(a: 0.025, beta: 0.064, omega: 0.025, phi: 2.328)
        let found = wave((0..<34).map { max(product(Double($0)), 0) })
        #expect(found.fit.map { $0.beta > 0 && $0.course == .level } ?? true)
        #expect(found.growth == nil && found.isCalm)
    }

    @Test func whatDiesAwayHasNoGrowthAboveZero() throws {
        let found = wave((0..<30).map { 0.3 * exponential(-0.4 * Double($0)) })
        #expect(try #require(found.growth) < -0.2)
    }

    @Test func whereThereIsNoWaveItSaysWhy() {
        #expect(wave(Array(repeating: 0, count: 20)).missing == "nothing failed")
        #expect(wave(Array(repeating: 0, count: 20)).isCalm)
        #expect(wave([0.0005] + Array(repeating: 0, count: 20)).missing == "too few requests failed: 5")
        #expect(wave([0, 0.1, 0.2, 0.3]).missing == "too short after the first failure: 3s")
        #expect(!wave([0, 0.1, 0.2, 0.3]).isCalm, "nobody knows how it would have gone on")
        let sudden = wave([0, 0.5] + Array(repeating: 1, count: 20))
        #expect(sudden.missing == "saturated within 1s of the first failure" && !sudden.isCalm)
        #expect(wave([]).missing == "nothing failed" && !wave([]).isCalm)
    }

    @Test func aLongRunIsFoldedAndNothingGetsLost() {
        let found = FailureWave(
            requests: Array(repeating: 100, count: 2_000), failed: Array(repeating: 7, count: 2_000),
            period: .seconds(1), services: [0, 1_000])
        #expect(
            found.errors.count == 125 && found.periodMilliseconds == 16_000 && found.errors.allSatisfy { $0 == 0.07 })
        #expect(found.servicesPerSecond == 0.001 && found.detectionMilliseconds == 16_000)
    }

    @Test func whatThereWasNoneOfIsKeptFromAboveAlone() {
        #expect(DrillClaim.none("g", .below, 0, detail: "d").verdict == .met)
        #expect(DrillClaim.none("g", .atLeast, 0, detail: "d").verdict == .undecided)
    }
}
