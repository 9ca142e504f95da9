import MeshBase
import Testing

@Suite struct LatencyBucketsTests {
    @Test func thereAreFourteenADecade() {
        let edges = LatencyBuckets.edges
        #expect(edges.count == LatencyBuckets.count - 1)
        #expect(edges.first == 10_000 && edges.last == 10_000_000_000)
        for decade in 0..<6 {
            let low = edges[decade * LatencyBuckets.perDecade]
            #expect(edges[(decade + 1) * LatencyBuckets.perDecade] == low * 10)
        }
        for (low, high) in zip(edges, edges.dropFirst()) {
            #expect(low < high && Double(high) <= Double(low) * 1.2, "\(low) to \(high)")
        }
    }

    @Test func aDurationLiesInTheFirstBucketThatIsLongEnough() {
        #expect(LatencyBuckets.bucket(of: .zero) == 0)
        #expect(LatencyBuckets.bucket(of: .nanoseconds(-5)) == 0)
        #expect(LatencyBuckets.bucket(of: .seconds(11)) == LatencyBuckets.count - 1)
        for (bucket, edge) in LatencyBuckets.edges.enumerated() {
            #expect(LatencyBuckets.bucket(of: .nanoseconds(edge)) == bucket)
            #expect(LatencyBuckets.bucket(of: .nanoseconds(edge + 1)) == bucket + 1)
        }
    }

    @Test func quantilesAreOffByABucketAtMost() throws {
        var generator = Generator(seed: 1)
        var counts = LatencyCounts()
        var all: [Int64] = []
        for _ in 0..<5_000 {
            let value = Int64(20_000 + generator.below(80_000_000))
            all.append(value)
            counts.record(.nanoseconds(value))
        }
        all.sort()
        for share in [0.01, 0.5, 0.9, 0.99, 1] {
            let exact = Double(all[Int((Double(all.count) * share).rounded(.up)) - 1])
            let told = Double(try #require(counts.quantile(share)).nanoseconds)
            #expect(abs(told - exact) <= exact * 0.2, "\(share): \(told) for \(exact)")
        }
        #expect(LatencyCounts().quantile(0.5) == nil)
        var late = LatencyCounts()
        late.record(.seconds(60))
        #expect(late.quantile(0.5) == .seconds(10))
    }

    @Test func countsAddUpAndFold() {
        var first = LatencyCounts()
        first.record(.milliseconds(1))
        first.record(.microseconds(1_001))
        var second = LatencyCounts()
        second.record(.seconds(1))
        first.merge(second)
        #expect(first.total == 3)
        #expect(first.cumulative(upTo: [.milliseconds(1), .microseconds(2_500), .seconds(10)]) == [1, 2, 3])
        #expect(first.cumulative(upTo: [.milliseconds(3)]) == nil)
    }

    @Test(arguments: ["", "a", "ab", "abc", "abcd"])
    func base64ReadsWhatItWrites(_ text: String) {
        let written = Base64Text.bytes(Array(text.utf8))
        #expect(Base64Text.decoded(written) == Array(text.utf8))
        #expect(Base64Text.decoded(written + [65]) == nil)
    }

    @Test(arguments: ["YQ=a", "Y===", "====", "YR==", "YWJ=", "YW J", "YWJj\n"])
    func whatIsNoBase64IsNotRead(_ text: String) { #expect(Base64Text.decoded(text.utf8) == nil) }
}
