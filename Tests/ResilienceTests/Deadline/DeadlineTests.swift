import MeshBase
import Testing

@testable import Resilience

@Suite struct DeadlineTests {
    @Test(arguments: [
        // Remaining, own limit, child: all in ms.
        (5_000, 3_000, 3_000), (5_000, 10_000, 4_950), (150, 3_000, 100), (149, 3_000, -1), (50, 3_000, -1),
        (-10, 3_000, -1), (1_000, 20, 20),
    ]) func aChildHasWhatIsLeftWithoutTheReserve(_ remaining: Int, _ limit: Int, _ child: Int) {
        let got = DeadlinePolicy.seed.child(
            remaining: .milliseconds(Int64(remaining)), limit: .milliseconds(Int64(limit)))
        #expect(got == (child < 0 ? nil : .milliseconds(Int64(child))))
    }

    @Test func nothingLeftIsRefusedAlsoWithoutAMinimum() {
        #expect(DeadlinePolicy.none.child(remaining: .zero, limit: .seconds(1)) == nil)
        #expect(DeadlinePolicy.none.child(remaining: .nanoseconds(1), limit: .seconds(1)) == .nanoseconds(1))
        #expect(DeadlinePolicy(reserve: .seconds(-1), minimum: .seconds(-1)) == .none)
        #expect(DeadlinePolicy.problems(reserve: .seconds(-1), minimum: .seconds(-1)).count == 2)
        #expect(
            DeadlinePolicy.local.isTooShort(.milliseconds(14)) && !DeadlinePolicy.local.isTooShort(.milliseconds(15)))
    }

    /// Down a chain each has less than the one before it, until one is refused.
    @Test func deadlinesShrinkHopByHop() {
        var (remaining, hops) = (TimeAmount.seconds(1), 0)
        while let child = DeadlinePolicy.seed.child(remaining: remaining, limit: .seconds(60)) {
            #expect(child == remaining - .milliseconds(50))
            (remaining, hops) = (child, hops + 1)
        }
        #expect(hops == 18 && remaining == .milliseconds(100))
    }

    @Test func theChainIsReadAsItIsWritten() {
        var chain = DeadlineChain()
        #expect(chain.text == "" && chain.isEmpty)
        chain.append("router", remaining: .seconds(5))
        chain.append("checkout", remaining: .milliseconds(4_950))
        chain.append("a b,c:d", remaining: .milliseconds(-3))
        #expect(chain.text == "router:5.000,checkout:4.950,a_b_c_d:0.000")
        #expect(DeadlineChain(chain.text) == chain)
        #expect(DeadlineChain("us-east-1/checkout:0.007")?.steps.first?.remaining == .milliseconds(7))
    }

    @Test func theChainIsBounded() {
        var chain = DeadlineChain()
        for n in 0..<40 {
            chain.append(String(repeating: "x", count: 200) + "\(n)", remaining: .seconds(.max))
        }
        #expect(chain.steps.count == 16 && chain.isCut && chain.text.hasSuffix(",..."))
        #expect(chain.text.utf8.count <= DeadlineChain.longestText)
        #expect(DeadlineChain(chain.text) == chain)
    }

    @Test(arguments: [
        "", ",", "a", "a:", ":1.000", "a:1", "a:1.00", "a:1.0000", "a:-1.000", "a:+1.000", "a:1.000,", "a b:1.000",
        "a:1.000:2.000", "a:1.000,...", "...", "a:1.000, b:1.000", "a:9999999999.000", "ä:1.000", "a:1.0é0",
        "a:1,000",
    ]) func whatIsNoChainIsRefused(_ text: String) { #expect(DeadlineChain(text) == nil) }

    @Test func aChainTooLongIsRefused() {
        let step = "abc:1.000"
        #expect(DeadlineChain(Array(repeating: step, count: 16).joined(separator: ",")) != nil)
        #expect(DeadlineChain(Array(repeating: step, count: 17).joined(separator: ",")) == nil)
        #expect(DeadlineChain(Array(repeating: step, count: 16).joined(separator: ",") + ",...,...") == nil)
        #expect(DeadlineChain(String(repeating: "x", count: 65) + ":1.000") == nil)
        #expect(DeadlineChain(String(repeating: "a", count: 100_000)) == nil)
    }

    @Test func conformance14FormOfTheGrpcTimeout() {
        let good: [(String, TimeAmount)] = [
            ("1H", .hours(1)), ("2M", .minutes(2)), ("3S", .seconds(3)), ("4m", .milliseconds(4)),
            ("5u", .microseconds(5)), ("6n", .nanoseconds(6)), ("99999999S", .seconds(99_999_999)), ("0m", .zero),
        ]
        for (text, time) in good { #expect(TimeoutText.grpc(text) == time) }
        for text in ["", "H", "123456789S", "1s", "1h", "-1S", "+1S", "1.5S", "1", " 1S", "1S ", "1SS", "١S"] {
            #expect(TimeoutText.grpc(text) == nil, "\(text)")
        }
        #expect(TimeoutText.grpc("99999999H") == .hours(99_999_999))
        let written: [(TimeAmount, String)] = [
            (.zero, "0n"), (.seconds(-1), "0n"), (.milliseconds(99), "99000000n"), (.milliseconds(100), "100000u"),
            (.nanoseconds(.max), "2562047H"), (.seconds(99_999), "99999000m"),
        ]
        for (time, text) in written { #expect(TimeoutText.grpc(time) == text) }
        #expect(TimeoutText.grpc(.seconds(100_000)) == "100000S")
        #expect(TimeoutText.retryAfter("30") == .seconds(30) && TimeoutText.retryAfter("Fri, 31 Dec 1999") == nil)
    }

    /// What is written is read as no more, and as no less than a part in 10^7.
    @Test(arguments: 1...20) func grpcTimeoutsComeBack(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "grpc")
        for _ in 0..<200 {
            let time = TimeAmount.nanoseconds(Int64(random.next() >> (1 + random.below(62))))
            let text = TimeoutText.grpc(time)
            guard let back = TimeoutText.grpc(text) else {
                Issue.record("seed \(seed): \(text)")
                return
            }
            #expect(text.utf8.count <= 9 && back <= time, "seed \(seed): \(time) as \(text)")
            #expect(
                Double((time - back).nanoseconds) <= 6e-5 * Double(time.nanoseconds), "seed \(seed): \(time) as \(text)"
            )
        }
    }

    @Test func explanationsNameThePath() {
        var path = DeadlineChain()
        path.append("router", remaining: .milliseconds(130))
        let explanation = DeadlinePolicy.seed.explain(remaining: .milliseconds(130), path: path)
        #expect(explanation.detail == "80 ms left beside a reserve of 50 ms, 100 ms needed, after router:0.130")
    }
}
