import MeshBase
import Reports
import Testing

@testable import Nodes

/// One cell as a router sees it, looked at each 250 ms.
private struct Watch {
    var conduct = CellConduct()
    var now = Instant.zero
    /// What it does: it answers, its packets come, the membership believes that it lives.
    var answers = true
    var gossips = true
    var isThere = true
    var saysWell = true
    /// Attempts a look, how long they take, and which of them fails.
    var attempts = 5
    var took = TimeAmount.milliseconds(4)
    var fails: (Int) -> Bool = { _ in false }
    /// What the others do, where it lies or is slow.
    var isOfMost = false
    /// How late the router itself runs.
    var late = TimeAmount.zero
    var names: [CellAnimal?] = []
    private var asked = 0

    mutating func run(_ length: TimeAmount) {
        let end = now + length
        while now < end {
            for _ in 0..<attempts {
                conduct.asked(now: now)
                asked += 1
                now = now + .milliseconds(250 / Int64(max(attempts, 1)))
                if answers {
                    conduct.heard(now: now)
                    conduct.answered(isGood: !fails(asked), slot: asked % 2, took: took, now: now)
                }
            }
            if attempts == 0 { now = now + .milliseconds(250) }
            // A quiet cell is pinged.
            if !answers || attempts == 0 {
                conduct.asked(now: now)
                if answers { conduct.heard(now: now) }
            }
            if gossips, conduct.isDoubted(now: now) { conduct.gossiped() }
            var look = conduct.look(
                isThere: isThere, saysWell: saysWell, belief: .milliseconds(1_600), stood: false, late: late,
                now: now)
            if isOfMost { (look.isLying, look.isSlow) = (false, false) }
            if conduct.judge(look, now: now) { names.append(conduct.name?.animal) }
        }
    }
}

@Suite struct CellConductTests {
    private func sound() -> Watch {
        var watch = Watch()
        watch.run(.seconds(30))
        return watch
    }

    @Test func whoDoesWellHasNoName() {
        var watch = sound()
        watch.run(.minutes(10))
        #expect(watch.names.isEmpty)
    }

    @Test func whoGossipsAndAnswersNothingIsAZombieAfterFiveSeconds() {
        var watch = sound()
        watch.answers = false
        watch.run(.milliseconds(4_750))
        #expect(watch.names.isEmpty)
        watch.run(.milliseconds(750))
        #expect(watch.names == [.zombie])
        watch.answers = true
        watch.run(.seconds(3))
        #expect(watch.names == [.zombie, nil])
    }

    /// Pings alone are twenty in five seconds.
    @Test func aZombieThatNobodyAsksIsOneToo() {
        var watch = sound()
        (watch.answers, watch.attempts) = (false, 0)
        watch.run(.seconds(6))
        #expect(watch.names == [.zombie])
    }

    @Test func whoStandsOrIsCutOffIsNoZombie() {
        for length in [TimeAmount.seconds(2), .seconds(60)] {
            var watch = sound()
            (watch.answers, watch.gossips) = (false, false)
            watch.run(.seconds(1))
            watch.isThere = false
            watch.run(length)
            (watch.answers, watch.gossips, watch.isThere) = (true, true, true)
            watch.run(.seconds(60))
            #expect(watch.names.isEmpty, "\(length)")
        }
        var cut = sound()
        (cut.answers, cut.gossips) = (false, false)
        cut.run(.minutes(2))
        #expect(cut.names.isEmpty)
    }

    @Test func threeChangesInAMinuteMakeAFlapper() {
        var watch = sound()
        for _ in 0..<2 {
            watch.answers = false
            watch.run(.seconds(2))
            watch.answers = true
            watch.run(.seconds(2))
        }
        #expect(watch.names == [.flapper])
        watch.run(.seconds(60))
        #expect(watch.names == [.flapper, nil])
        // Twice in a longer time is none.
        var slower = sound()
        for _ in 0..<4 {
            slower.answers = false
            slower.run(.seconds(2))
            slower.answers = true
            slower.run(.seconds(62))
        }
        #expect(slower.names.isEmpty)
    }

    @Test func whoSaysThatItIsWellAndFailsIsALiar() {
        var watch = sound()
        watch.fails = { $0 % 5 != 0 }
        watch.run(.seconds(3))
        #expect(watch.names == [.liar])
        watch.fails = { _ in false }
        watch.run(.seconds(5))
        #expect(watch.names == [.liar, nil])
        // Whoever says that it is not well lies not; nor does who fails less than half.
        for (saysWell, share) in [(false, 1), (true, 3)] {
            var honest = sound()
            honest.saysWell = saysWell
            honest.run(.seconds(30))
            honest.fails = { $0 % share == 0 }
            honest.run(.seconds(30))
            #expect(honest.names.isEmpty, "\(saysWell)")
        }
    }

    /// Breakers leave few requests, and those are counted.
    @Test func aLiarThatIsHardlyAskedIsFound() {
        var watch = sound()
        watch.fails = { _ in true }
        watch.run(.milliseconds(500))
        watch.attempts = 1
        watch.run(.seconds(8))
        #expect(watch.names == [.liar])
    }

    @Test func whoTakesFarLongerThanAtFirstIsASlowpoke() {
        var watch = sound()
        watch.took = .milliseconds(30)
        watch.run(.seconds(3))
        #expect(watch.names == [.slowpoke])
        watch.took = .milliseconds(4)
        watch.run(.seconds(2))
        #expect(watch.names == [.slowpoke])
        watch.run(.seconds(4))
        #expect(watch.names == [.slowpoke, nil])
        // A few milliseconds more are none, and neither is one hiccup.
        for (took, length) in [
            (TimeAmount.milliseconds(9), TimeAmount.seconds(30)), (.milliseconds(80), .milliseconds(750)),
        ] {
            var other = sound()
            other.took = took
            other.run(length)
            other.took = .milliseconds(4)
            other.run(.seconds(10))
            #expect(other.names.isEmpty, "\(took)")
        }
    }

    /// Of what a slow cell answers some is quick, such as what takes no work: its name does not come and go with that.
    @Test func aFewQuickAnswersClearNoName() {
        var watch = sound()
        watch.took = .milliseconds(80)
        watch.run(.seconds(4))
        for _ in 0..<20 {
            watch.took = .milliseconds(4)
            watch.run(.milliseconds(500))
            watch.took = .milliseconds(80)
            watch.run(.milliseconds(1_500))
        }
        #expect(watch.names == [.slowpoke])
        // A liar that answers half of it well for a moment is one still.
        var liar = sound()
        liar.fails = { $0 % 5 != 0 }
        liar.run(.seconds(6))
        for _ in 0..<10 {
            liar.fails = { $0 % 5 < 2 }
            liar.run(.seconds(2))
            liar.fails = { $0 % 5 != 0 }
            liar.run(.seconds(2))
        }
        #expect(liar.names == [.liar])
    }

    /// Ten answers that one standstill held up, and nobody asks any more: what they say is old.
    @Test func oneStandstillIsNoSlowness() {
        var watch = sound()
        watch.attempts = 10
        watch.took = .milliseconds(400)
        watch.run(.milliseconds(250))
        watch.attempts = 0
        watch.run(.seconds(9))
        #expect(watch.names.isEmpty)
        // The same where they go on.
        watch.attempts = 5
        watch.run(.seconds(3))
        #expect(watch.names == [.slowpoke])
    }

    /// A machine that lets this router itself run late lets cells run late.
    @Test func whatTheMachineTakesIsNoCellsSlowness() {
        var watch = sound()
        (watch.took, watch.late) = (.milliseconds(80), .milliseconds(30))
        watch.run(.seconds(10))
        #expect(watch.names.isEmpty)
        watch.late = .zero
        watch.run(.seconds(10))
        #expect(watch.names == [.slowpoke])
    }

    @Test func whoIsAsSlowAsItsPeersHasNoName() {
        typealias Router = RouterNode
        #expect(Router.isAlone(20, among: [1, 1, 1.2, 20]))
        #expect(!Router.isAlone(20, among: [6, 8, 9, 20]), "a busy machine")
        #expect(Router.isAlone(40, among: [6, 8, 9, 40]))
        #expect(Router.isAlone(5, among: [0.2, 0.3, 5]) && !Router.isAlone(2.5, among: [0.2, 0.3, 2.5]))
        #expect(Router.isAlone(2, among: [2]) && Router.isAlone(nil, among: [1, 1]))
        #expect(!Router.isAlone(20, among: [20, 20, 20]))
        #expect(!Router.isAlone(20, among: [19, 20]))
    }

    @Test func whatMostDoHasNoName() {
        var watch = sound()
        (watch.isOfMost, watch.took) = (true, .milliseconds(300))
        watch.fails = { $0 % 5 != 0 }
        watch.run(.seconds(30))
        #expect(watch.names.isEmpty)
    }

    /// What is given up while a cell is silent is no sign of slowness.
    @Test func aZombieIsNoSlowpoke() {
        var watch = sound()
        watch.answers = false
        for _ in 0..<40 {
            watch.run(.milliseconds(250))
            watch.conduct.gaveUp(slot: 1, after: .seconds(1), now: watch.now)
        }
        watch.answers = true
        for _ in 0..<8 {
            watch.conduct.gaveUp(slot: 1, after: .seconds(1), now: watch.now)
            watch.run(.milliseconds(250))
        }
        watch.run(.seconds(5))
        #expect(watch.names == [.zombie, nil])
    }

    @Test func anotherProcessBeginsAnew() {
        var watch = sound()
        watch.took = .milliseconds(30)
        watch.run(.milliseconds(500))
        watch.conduct.replaced()
        watch.run(.seconds(30))
        #expect(watch.names.isEmpty)
    }
}
