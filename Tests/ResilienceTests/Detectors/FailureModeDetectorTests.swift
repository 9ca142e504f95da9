import MeshBase
import Testing

@testable import Resilience

@Suite struct FailureModeDetectorTests {
    /// Of a hundred results so many succeed, spread so that no five fail in a row unless most do, and so many are long.
    private func finding(
        _ good: Int, long: Int = 0, took: TimeAmount = .milliseconds(600), of count: Int = 100
    ) -> FailureModeDetector.Finding {
        var detector = FailureModeDetector()
        for step in 0..<count {
            let isGood = (step + 1) * good / count > step * good / count
            detector.record(isGood, took: step < long ? took : .milliseconds(10))
        }
        return detector.finding
    }

    @Test(arguments: [
        (100, FailureModeDetector.Finding.healthy), (96, .healthy), (95, .partial), (81, .partial), (80, .flapping),
        (51, .flapping), (50, .dead), (0, .dead),
    ]) func theShareDecides(_ good: Int, _ expected: FailureModeDetector.Finding) {
        #expect(finding(good) == expected)
    }

    @Test func longAnswersMakeItSlow() {
        // One of a hundred is above p99.
        #expect(finding(100, long: 1, took: .seconds(2)) == .healthy)
        #expect(finding(100, long: 2, took: .seconds(2)) == .slow)
        #expect(finding(100, long: 2, took: .seconds(1)) == .slow)
        // Above half, below the timeout: healthy while nearly all succeed, slow while fewer do.
        #expect(finding(100, long: 50, took: .milliseconds(999)) == .healthy)
        #expect(finding(90, long: 1) == .partial)
        #expect(finding(90, long: 2) == .slow)
        #expect(finding(90, long: 50, took: .milliseconds(500)) == .partial)
        #expect(finding(70, long: 100, took: .seconds(2)) == .flapping)
    }

    @Test func nothingIsFoundBeforeTenResults() {
        #expect(finding(0, of: 9) == .unknown && finding(9, of: 9) == .unknown)
        #expect(finding(0, of: 10) == .dead && finding(10, of: 10) == .healthy)
    }

    @Test func fiveFailuresInARowAreDeadWhateverCameBefore() {
        var detector = FailureModeDetector()
        for _ in 0..<100 { detector.record(true, took: .milliseconds(1)) }
        for _ in 0..<4 { detector.record(false, took: .milliseconds(1)) }
        #expect(detector.finding == .healthy)
        detector.record(false, took: .milliseconds(1))
        #expect(detector.finding == .dead)
        detector.record(true, took: .milliseconds(1))
        #expect(detector.finding == .partial)
        #expect(
            detector.explain().detail
                == "partial: 95 of 100 went well, 0 took over half of 1 s, 0 failed in a row")
        detector.reset()
        #expect(detector.finding == .unknown)
    }

    @Test func onlyTheLastHundredCount() {
        var detector = FailureModeDetector()
        for _ in 0..<900 { detector.record(false, took: .seconds(1)) }
        for _ in 0..<100 { detector.record(true, took: .milliseconds(1)) }
        #expect(detector.finding == .healthy)
    }
}
