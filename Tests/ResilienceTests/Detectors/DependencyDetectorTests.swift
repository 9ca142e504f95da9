import MeshBase
import Testing

@testable import Resilience

@Suite struct SlowFailureDetectorTests {
    private func detector() -> SlowFailureDetector {
        var detector = SlowFailureDetector()
        // 1...100 ms in an order of no meaning: p99 is 99 ms.
        for step in 0..<100 { detector.record(.milliseconds(Int64(step * 37 % 100 + 1))) }
        return detector
    }

    @Test func theFirstHundredAreTheBaseline() {
        var detector = SlowFailureDetector()
        for _ in 0..<99 { detector.record(.seconds(1)) }
        #expect(detector.baseline == nil && !detector.isDegraded && detector.median == nil)
        #expect(detector.explain().detail == "99 of 100 durations of the baseline")
        #expect(self.detector().baseline == .milliseconds(99))
    }

    @Test func theMedianOfTheLastTenDecides() {
        var detector = detector()
        for _ in 0..<5 { detector.record(.milliseconds(10)) }
        // Half of the ten are long: the median lies between, at (10 + 287) / 2 = 148.5 = 1.5 x 99, which is not above.
        for _ in 0..<5 { detector.record(.milliseconds(287)) }
        #expect(detector.median == .microseconds(148_500) && !detector.isDegraded)
        detector.record(.milliseconds(287))
        #expect(detector.isDegraded)
        #expect(detector.explain().detail == "degraded: median 287 ms, baseline p99 99 ms, factor 1.5")
        for _ in 0..<6 { detector.record(.milliseconds(10)) }
        #expect(!detector.isDegraded)
        #expect(detector.baseline == .milliseconds(99), "it stands")
    }

    @Test func afterAResetTheNextHundredAreTheBaseline() {
        var detector = detector()
        detector.reset()
        for _ in 0..<100 { detector.record(.milliseconds(300)) }
        #expect(detector.baseline == .milliseconds(300) && !detector.isDegraded)
    }

    @Test func noTimeAtAllIsABaselineToo() {
        var detector = SlowFailureDetector(factor: .nan)
        for _ in 0..<100 { detector.record(.zero) }
        #expect(detector.factor == 1 && !detector.isDegraded)
        for _ in 0..<10 { detector.record(.seconds(-1)) }
        #expect(detector.median == .zero)
    }
}

@Suite struct GrayFailureDetectorTests {
    private func isGray(probes: Int, requests: Int, of count: Int = 100) -> Bool {
        var detector = GrayFailureDetector()
        for step in 0..<count {
            detector.recordProbe(step < probes)
            detector.recordRequest(step < requests)
        }
        return detector.isGray
    }

    @Test func probesPassWhileRequestsFail() {
        #expect(isGray(probes: 91, requests: 49))
        #expect(!isGray(probes: 90, requests: 49) && !isGray(probes: 91, requests: 50))
        #expect(!isGray(probes: 100, requests: 100) && !isGray(probes: 0, requests: 0))
    }

    @Test func notBeforeTenOfEach() {
        #expect(!isGray(probes: 9, requests: 0, of: 9))
        #expect(isGray(probes: 10, requests: 0, of: 10))
        var detector = GrayFailureDetector()
        for _ in 0..<100 { detector.recordRequest(false) }
        for _ in 0..<9 { detector.recordProbe(true) }
        #expect(!detector.isGray)
        detector.recordProbe(true)
        #expect(detector.isGray)
        #expect(detector.explain().detail == "gray: 10 of 10 probes passed, 0 of 100 requests")
    }
}

@Suite struct DependencyDetectorTests {
    @Test func eachFindingHasItsName() {
        var detector = DependencyDetector()
        func take(_ mark: Mark, _ milliseconds: Int64, _ times: Int) -> DependencyFinding? {
            for _ in 0..<times { detector.record(mark, took: .milliseconds(milliseconds)) }
            return detector.change()
        }
        var told = [take(.success, 10, 9), take(.success, 10, 91), take(.success, 16, 10), take(.success, 10, 10)]
        #expect(told == [nil, nil, .degraded, .healthy])
        told = [take(.slow, 2_000, 3), take(.failure, 10, 5), take(.nothing, 10, 50)]
        #expect(told == [.slow, .dead, nil])
        for _ in 0..<20 { detector.recordProbe(true) }
        told = [take(.failure, 10, 60), take(.success, 10, 100)]
        #expect(told == [.gray, .healthy])
        told = [take(.failure, 10, 4), take(.success, 10, 1), take(.failure, 10, 4)]
        #expect(told == [nil, nil, .partial])
        _ = take(.success, 10, 1)
        for _ in 0..<8 {
            _ = take(.failure, 10, 4)
            _ = take(.success, 10, 1)
        }
        #expect(detector.finding == .flapping)
        #expect(DependencyFinding.allCases.map { "\($0.name)" }.count == 8)
        #expect(detector.explain().detail.hasPrefix("flapping"))
    }

    @Test func itFitsBesideAGate() {
        #expect(MemoryLayout<DependencyDetector>.stride <= 384)
    }
}
