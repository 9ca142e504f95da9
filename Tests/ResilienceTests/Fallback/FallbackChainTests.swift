import MeshBase
import Testing

@testable import Resilience

@Suite struct FallbackChainTests {
    let t0 = Instant.zero + .seconds(1)

    @Test func theChainOfTheSeedsIsWalkedInItsOrderWithItsLimits() {
        var chain = FallbackChain(.seed)
        let deadline = t0 + .seconds(1)
        #expect(chain.begin(why: .timeout, now: t0, deadline: deadline) == .look(until: t0 + .milliseconds(10)))
        #expect(chain.missed(now: t0 + .milliseconds(10)) == .call(until: t0 + .milliseconds(110)))
        #expect(chain.missed(now: t0 + .milliseconds(110)) == .take(.static))
        #expect(chain.isOver && chain.current == .static)
        #expect(chain.explanation().detail == "timeout; no cached, generic; static")
        // What was taken stays.
        #expect(chain.missed(now: t0 + .seconds(1)) == .take(.static))
    }

    @Test func theOrderIsThatOfTheFile() {
        var chain = FallbackChain(FallbackPolicy(kinds: [.generic, .cached, .empty], asksGenericService: true))
        #expect(chain.begin(why: .reset, now: t0, deadline: .distantFuture) == .call(until: t0 + .milliseconds(100)))
        #expect(chain.missed(now: t0) == .look(until: t0 + .milliseconds(10)))
        #expect(chain.missed(now: t0) == .take(.empty))
    }

    @Test func whatIsFoundEndsTheChain() {
        var chain = FallbackChain(.seed)
        _ = chain.begin(why: .blocked, now: t0, deadline: .distantFuture)
        chain.found()
        #expect(chain.isOver && chain.current == .cached)
        #expect(chain.missed(now: t0) == .take(.cached))
    }

    @Test func withNoneThatFitsTheCallerGoesOnWithout() {
        var chain = FallbackChain(.local)
        #expect(chain.begin(why: .failed, now: t0, deadline: .distantFuture) == .take(.skipped))
        var cached = FallbackChain(FallbackPolicy(kinds: [.cached]))
        _ = cached.begin(why: nil, now: t0, deadline: .distantFuture)
        #expect(cached.missed(now: t0) == .take(.skipped))
        #expect(cached.explanation().detail == "switched off; no cached; skipped")
    }

    @Test func aFixedTextNeedsNoCall() {
        var chain = FallbackChain(FallbackPolicy(kinds: [.generic]))
        #expect(chain.begin(why: .timeout, now: t0, deadline: t0) == .take(.generic))
    }

    @Test func theDeadlineBoundsEachStepAndLeavesOutCallsThatCannotFit() {
        var chain = FallbackChain(.seed)
        let deadline = t0 + .milliseconds(50)
        #expect(chain.begin(why: .timeout, now: t0, deadline: deadline) == .look(until: t0 + .milliseconds(10)))
        // 50 ms are below the 100 ms that another call is worth.
        #expect(chain.missed(now: t0) == .take(.static))
        // Past the deadline the memory is still looked at, at once.
        var late = FallbackChain(.seed)
        #expect(
            late.begin(why: .timeout, now: deadline + .seconds(1), deadline: deadline)
                == .look(until: deadline + .seconds(1)))
        #expect(late.missed(now: deadline + .seconds(1)) == .take(.static))
        var close = FallbackChain(FallbackPolicy(kinds: [.generic], asksGenericService: true))
        #expect(close.begin(why: .timeout, now: t0, deadline: deadline) == .call(until: deadline))
    }

    @Test func whatCannotBeMeantIsNamed() {
        #expect(FallbackPolicy.seed.problems().isEmpty && FallbackPolicy.local.problems().isEmpty)
        #expect(FallbackPolicy(kinds: [.cached, .cached]).problems().map(\.reason) == ["cached is listed twice"])
        #expect(
            FallbackPolicy(kinds: [.static, .cached]).problems().map(\.reason)
                == ["cached is never reached: static always answers"])
        #expect(FallbackPolicy(kinds: [.generic, .static]).problems().count == 1)
        #expect(FallbackPolicy(kinds: [.generic, .static], asksGenericService: true).problems().isEmpty)
        // And it does no harm.
        let kinds = Array(repeating: FallbackKind.allCases, count: 9).flatMap { $0 }
        var chain = FallbackChain(FallbackPolicy(kinds: kinds))
        _ = chain.begin(why: .timeout, now: t0, deadline: .distantFuture)
        #expect(chain.missed(now: t0) == .take(.generic))
        #expect(MemoryLayout<FallbackChain>.size <= 64)
    }
}
