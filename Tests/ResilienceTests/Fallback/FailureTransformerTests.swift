import MeshBase
import Testing

@testable import Resilience

@Suite struct FailureTransformerTests {
    let all = TransformationPolicy(hasCache: true, hasQueue: true)

    private func become(
        _ cause: FailureCause, _ policy: TransformationPolicy, entry: Bool = true, read: Bool = false, key: Bool = true
    ) -> Transformed { policy.outcome(of: cause, isEntry: entry, isRead: read, isRepeatable: key) }

    @Test func whatTheDefaultsAre() {
        for cause in FailureCause.allCases { #expect(become(cause, .local, read: true) == .tryAgain) }
        #expect(become(.timeout, all, read: true) == .tryAgain)
        #expect(become(.connection, all, read: true) == .stale)
        #expect(become(.store, all, read: true) == .stale)
        #expect(become(.limit, all) == .queued)
        #expect(become(.other, all) == .tryAgain)
    }

    @Test func aStaleAnswerIsOnlyForReadersAndOnlyAtTheEntry() {
        #expect(become(.connection, all, read: false) == .tryAgain)
        #expect(become(.connection, all, entry: false, read: true) == .tryAgain)
    }

    @Test func onlyWhatCanBeRepeatedAndIsNoReadIsQueued() {
        #expect(become(.limit, all, entry: false) == .queued)
        #expect(become(.limit, all, key: false) == .tryAgain)
        #expect(become(.limit, all, read: true) == .tryAgain)
        #expect(become(.timeout, TransformationPolicy(timeout: .queued, hasQueue: true)) == .queued)
    }

    @Test func wordsForWhatIsNotThereAreNamedAndCountAsAnError() {
        let policy = TransformationPolicy(timeout: .stale, connection: .queued, limit: .abandoned)
        #expect(policy.problems().map(\.key) == ["failure.timeout", "failure.connection", "failure.limit"])
        for cause in FailureCause.allCases { #expect(become(cause, policy, read: true) == .tryAgain) }
        #expect(all.problems().isEmpty && TransformationPolicy.seed.problems().isEmpty)
        #expect(
            TransformationPolicy.seed.retryAfter == .seconds(30) && TransformationPolicy.seed.estimate == .seconds(300))
    }

    @Test func causesAreReadFromKindAndPolicy() {
        #expect(FailureCause(.timeout) == .timeout && FailureCause(.deadlock) == .store)
        #expect(FailureCause(.blocked, by: .breaker) == .connection)
        #expect(FailureCause(.blocked, by: .bulkhead) == .limit)
        #expect(FailureCause(.overloaded, by: .deadline) == .timeout)
        #expect(FailureCause(.limited) == .limit && FailureCause(.failed) == .other)
    }

    @Test func whatCannotBeHadBecomesAnErrorAndSaysWhy() {
        var transformer = FailureTransformer(all)
        let failure = transformer.begin(.connection, isEntry: true, isRead: true, isRepeatable: true)
        #expect(failure.wanted == .stale)
        #expect(transformer.settle(failure, as: .tryAgain) == true)
        #expect(
            transformer.explanation(failure, as: .tryAgain)
                == Explanation("connection becomes try-again: no last good answer", [.init("retry_after_ms", 1_000)]))
        #expect(transformer.count(from: .connection, to: .tryAgain) == 1)
        #expect(transformer.count(from: .connection, to: .stale) == 0)
    }

    @Test func oneFailureIsAnsweredOnce() {
        var transformer = FailureTransformer(all)
        let failure = transformer.begin(.limit, isEntry: true, isRead: false, isRepeatable: true)
        #expect(transformer.settle(failure, as: .queued) == true)
        #expect(transformer.settle(failure, as: .queued) == false)
        #expect(transformer.unmatched == 1 && !transformer.isConserved)
        #expect(transformer.count(from: .limit, to: .queued) == 1)
    }

    /// Sum in = sum out, by cause, against an account kept by the test: at every step with what is open, at the end
    /// with nothing open.
    @Test func whatComesInGoesOut() {
        let seed: UInt64 = 25
        for run in 0..<200 {
            var generator = Generator(seed: seed, concern: "transformer", node: UInt64(run))
            var transformer = FailureTransformer(
                TransformationPolicy(hasCache: generator.chance(0.5), hasQueue: generator.chance(0.5)))
            var open: [FailureTransformer.Failure] = []
            var taken = [UInt64](repeating: 0, count: FailureCause.allCases.count)
            for _ in 0..<300 {
                if generator.chance(0.5) || open.isEmpty {
                    let cause = FailureCause.allCases[Int(generator.below(5))]
                    taken[Int(cause.rawValue)] += 1
                    open.append(
                        transformer.begin(
                            cause, isEntry: generator.chance(0.5), isRead: generator.chance(0.5),
                            isRepeatable: generator.chance(0.5)))
                } else {
                    let failure = open.remove(at: Int(generator.below(UInt64(open.count))))
                    // The queue was full, the answer not there, the client gone: each still goes out.
                    let outcome: Transformed =
                        generator.chance(0.2) ? .abandoned : generator.chance(0.4) ? .tryAgain : failure.wanted
                    transformer.settle(failure, as: outcome)
                }
                #expect(transformer.isConserved, "seed \(seed), run \(run)")
            }
            for failure in open { transformer.settle(failure, as: failure.wanted) }
            for cause in FailureCause.allCases {
                let out = Transformed.allCases.map { transformer.count(from: cause, to: $0) }.reduce(0, +)
                #expect(out == taken[Int(cause.rawValue)], "seed \(seed), run \(run), \(cause)")
                #expect(transformer.count(open: cause) == 0, "seed \(seed), run \(run), \(cause)")
            }
        }
    }
}
