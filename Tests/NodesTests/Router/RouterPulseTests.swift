import MeshBase
import Replication
import Testing
import Topology
import Wire

@testable import Nodes

/// Links that are up and yet of no use.
@Suite struct RouterPulseTests {
    /// As if frames to the first cell of the shard vanished and nothing came back, while membership has no doubt.
    private func demoteFirst(_ router: RouterHarness) {
        for _ in 0..<3 { router.request(.post, now: .zero) }
        router.run(from: .zero, to: .at(1000)) { $0 != router.shard[0] }
        _ = router.takeFrames()
    }

    /// Where requests without an answer demote a cell by themselves.
    private func withoutBreakers(_ topology: MeshTopology = NodesTests.topology()) -> MeshTopology {
        var topology = topology
        topology.policies = PoliciesBlock()
        topology.policies?.off = [.breaker, .ejection]
        return topology
    }

    /// What is nothing for a hundred cells would be four thousand pings a second for a thousand.
    @Test func manyCellsAreLookedAtLessOften() {
        #expect(RouterHarness(topology()).node.lookInterval == .milliseconds(250))
        var mesh = topology()
        mesh.cells = (1...1_000).map { Cell(name: "r-\($0)", region: 0, zone: 0) }
        #expect(RouterHarness(mesh).node.lookInterval == .seconds(1))
    }

    @Test func timeoutsInARowDemoteACellAtOnceWhereNoBreakerDoes() {
        let router = RouterHarness(withoutBreakers())
        for _ in 0..<3 { router.request(.post, now: .zero) }
        #expect(router.takeFrames().map(\.cell) == Array(repeating: router.shard[0], count: 3))
        router.run(from: .zero, to: .at(1000)) { $0 != router.shard[0] }
        #expect(router.sink.answers.map(\.status) == [504, 504, 504])
        // A cell that was added, and that the router has not heard of.
        #expect(!router.isServing(CellIndex(1000)))
        #expect(!router.isServing(router.shard[0]))
        #expect(router.counters.demotions == 1)
        #expect(router.sink.events.contains(.cellDemoted(router.shard[0])))
        // Everything goes to the next cell, without a wait.
        router.request(.post, now: .at(1010))
        router.request(.get, now: .at(1010))
        #expect(router.takeFrames().map(\.cell) == [router.shard[1], router.shard[1]])
    }

    /// A service that hangs in one cell, while others of it answer and all pings come back.
    @Test func aServiceThatHangsTakesNoOtherWithIt() {
        let router = RouterHarness(topology(services: [Service(name: "echo"), Service(name: "pay")], profile: .local))
        var (now, others, hung, paid) = (Instant.zero, 0, 0, 0)
        var echoes: Set<RequestID> = []
        for round in 0..<400 {
            now += .milliseconds(50)
            router.wake(now)
            router.answerPings(now: now)
            router.request(.post, service: "pay", now: now)
            if round.isMultiple(of: 20) { echoes.insert(router.request(.post, service: "echo", now: now)) }
            for frame in router.takeFrames() {
                let isPay = !echoes.contains(frame.request)
                if !isPay { #expect(frame.cell == router.shard[0], "its first choice") }
                if isPay, frame.cell == router.shard[0] {
                    hung += 1
                } else {
                    router.answer(frame, now: now)
                    if !isPay { others += 1 } else { paid += 1 }
                }
            }
        }
        #expect(router.sink.answers.allSatisfy { $0.status == 200 || !echoes.contains($0.request) })
        #expect(others == 20 && router.counters.demotions == 0 && router.isServing(router.shard[0]))
        // The gate leaves it: a few calls found out, and now and then one tries.
        #expect(hung < 40 && paid > 350, "\(hung) hung, \(paid) answered")
    }

    /// Three in a row without an answer, of a cell that answers nothing else either.
    @Test func theSilenceAfterAPingDecides() {
        var pulse = CellPulse()
        func look(_ milliseconds: Int64) -> CellPulse.Look {
            pulse.look(limit: .seconds(1), stood: false, now: .at(milliseconds))
        }
        func timedOut(_ milliseconds: Int64) -> CellPulse.Timeout {
            pulse.timedOut(isGuarded: true, now: .at(milliseconds))
        }
        var looks = [look(0)]
        pulse.answered()
        let timeouts = [timedOut(100), timedOut(110), timedOut(120)]
        #expect(timeouts == [.nothing, .nothing, .ping])
        looks += [look(1_100), look(1_120)]
        #expect(looks == [.nothing, .ping, .demoted] && pulse.isDemoted)
        pulse = CellPulse()
        let more = [timedOut(0), timedOut(0), timedOut(0)]
        let isBack = pulse.ponged(age: .milliseconds(5), limit: .seconds(1), now: .at(5))
        let last = look(1_100)
        #expect(more == [.nothing, .nothing, .ping] && !isBack && last == .nothing && !pulse.isDemoted)
    }

    @Test func anAnswerInTimeBetweenThemBeginsTheCountAnew() {
        let router = RouterHarness()
        var now = Instant.zero
        for _ in 0..<4 {
            for _ in 0..<2 { router.request(.post, now: now) }
            _ = router.takeFrames()
            router.run(from: now, to: now + .seconds(1))
            now += .seconds(1)
            router.request(.post, now: now)
            router.answer(router.takeFrames()[0], now: now)
        }
        #expect(router.counters.attemptTimeouts == 8)
        #expect(router.isServing(router.shard[0]))
    }

    @Test func aRequestThatAllowsLittleTimeIsNoEvidence() {
        let router = RouterHarness()
        for _ in 0..<5 { router.request(.post, deadline: .milliseconds(20), now: .zero) }
        router.run(from: .zero, to: .at(100))
        #expect(router.counters.attemptTimeouts == 5)
        #expect(router.isServing(router.shard[0]))
    }

    @Test func aQuietLinkIsDemotedWithoutTraffic() {
        let router = RouterHarness()
        router.run(from: .zero, to: .at(1100)) { $0 != router.shard[2] }
        #expect(router.isServing(router.shard[2]))
        router.run(from: .at(1100), to: .at(2000)) { $0 != router.shard[2] }
        #expect(!router.isServing(router.shard[2]))
        #expect(router.isServing(router.shard[0]) && router.isServing(router.shard[1]))
    }

    /// What cannot be asked is as silent as what does not answer.
    @Test func aFullLinkIsDemotedAndItsPingsAreCounted() {
        let router = RouterHarness()
        router.sink.full = [router.shard[2]]
        router.run(from: .zero, to: .at(2000))
        #expect(!router.isServing(router.shard[2]))
        #expect(router.isServing(router.shard[0]) && router.isServing(router.shard[1]))
        #expect(router.counters.pingsUnsent > 3)
        router.sink.full = []
        router.run(from: .at(2000), to: .at(2600))
        #expect(router.isServing(router.shard[2]))
    }

    @Test func probingIsBoundedAndAnAnswerInTimeBringsTheCellBack() {
        let router = RouterHarness(withoutBreakers())
        demoteFirst(router)
        let before = router.counters.pings
        router.run(from: .at(1000), to: .at(11_000)) { $0 != router.shard[0] }
        #expect(!router.isServing(router.shard[0]))
        // Three cells, a ping each per look at the most.
        #expect(router.counters.pings - before <= 3 * 41)
        router.run(from: .at(11_000), to: .at(11_300))
        #expect(router.isServing(router.shard[0]))
        #expect(router.counters.returns == 1)
        router.request(.post, now: .at(11_300))
        #expect(router.takeFrames().first?.cell == router.shard[0])
    }

    @Test func anAnswerThatComesTooLateBringsNothingBack() {
        let router = RouterHarness(withoutBreakers())
        demoteFirst(router)
        var late: [(at: Instant, ping: (head: FrameHead, cell: CellIndex))] = []
        var now = Instant.at(1000)
        while now < .at(6000) {
            now += .milliseconds(50)
            router.wake(now)
            for ping in router.sink.pings {
                if ping.cell == router.shard[0] {
                    late.append((now + .milliseconds(1200), ping))
                } else {
                    router.pong(ping, now: now)
                }
            }
            router.sink.pings = []
            while let first = late.first, first.at <= now {
                router.pong(first.ping, now: now)
                late.removeFirst()
            }
            #expect(!router.isServing(router.shard[0]))
        }
    }

    @Test func aCellThatAnswersPingsOnlyIsHeldOffEverLonger() {
        // The breaker and the ejection would keep requests from it before the pulse is asked.
        let router = RouterHarness(withoutBreakers())
        var now = Instant.zero
        var waits: [TimeAmount] = []
        for _ in 0..<4 {
            for _ in 0..<3 { router.request(.post, now: now) }
            router.run(from: now, to: now + .seconds(1)) { $0 != router.shard[0] }
            now += .seconds(1)
            let demoted = now
            #expect(!router.isServing(router.shard[0]))
            while !router.isServing(router.shard[0]), now - demoted < .seconds(10) {
                now += .milliseconds(50)
                router.wake(now)
                router.answerPings(now: now)
            }
            waits.append(now - demoted)
        }
        #expect(waits[0] <= .milliseconds(250))
        for (earlier, later) in zip(waits, waits.dropFirst()) { #expect(later > earlier) }
    }

    @Test func theRoutersOwnStandstillIsNoCellsFault() {
        let router = RouterHarness()
        for _ in 0..<3 { router.request(.get, now: .zero) }
        router.wake(.at(4000))
        for position in 0..<3 { #expect(router.isServing(router.shard[position])) }
    }

    @Test func noCellIsAskedThatAnswersNothing() {
        let router = RouterHarness()
        router.run(from: .zero, to: .at(2000)) { _ in false }
        router.request(.get, now: .at(2000))
        #expect(router.takeAnswer()?.status == 503)
        #expect(router.takeFrames().isEmpty)
    }

    @Test func aNewLinkBeginsWithoutSuspicion() {
        let router = RouterHarness(withoutBreakers())
        demoteFirst(router)
        router.linkDown(router.shard[0], now: .at(1100))
        router.connect(router.shard[0], now: .at(1200))
        #expect(router.isServing(router.shard[0]))
    }

    @Test func readsOfAllReplicasDoNotWaitForADemotedOne() {
        let router = RouterHarness(withoutBreakers(topology(store: StoreSettings(tier: .important))))
        demoteFirst(router)
        router.sink.answers = []
        router.request(.get, .record, now: .at(1010))
        let frames = router.takeFrames()
        #expect(frames.map(\.cell) == [router.shard[1], router.shard[2]])
        for frame in frames { router.answer(frame, now: .at(1011)) }
        #expect(router.takeAnswer()?.status == 404)
    }

    @Test func withoutAQuorumThatAnswersTheClientIsToldAtOnce() {
        let router = RouterHarness()
        router.run(from: .zero, to: .at(3500)) { $0 == router.shard[0] }
        router.request(.put, .record, now: .at(3500))
        #expect(router.takeAnswer()?.problem?.type.description == "no-quorum")
        let entry = router.impact.entry(of: router.customer)
        #expect(entry?.outcomes.noQuorum == 1)
    }
}
