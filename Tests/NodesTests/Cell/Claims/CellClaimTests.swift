import MeshBase
import Replication
import Sharding
import Testing
import Topology

@testable import Nodes
@testable import Wire

/// Calls under idempotency keys, among three cells that are the customer's shard.
@Suite struct CellClaimTests {
    private func calls(_ mesh: ClaimMesh, _ service: Int = 0) -> Int {
        mesh.cells.reduce(0) { $0 + Int($1.services()[service].counters.calls) }
    }

    private func counters(_ mesh: ClaimMesh, _ cell: Int) -> ClaimCounters { mesh.cells[cell].node.claimCounters }
    private func links(_ mesh: ClaimMesh, _ cell: Int) -> Set<UInt16> { mesh.cells[cell].node.claims.cells }

    @Test func aKeyIsAnsweredOnceAndForAll() throws {
        let mesh = ClaimMesh(topology())
        let first = try #require(mesh.answer(mesh.call(0, key: "k")))
        #expect(first.head.status == 200 && first.head.kind == .reply && !first.isReplayed)
        for cell in 0..<3 {
            let again = try #require(mesh.answer(mesh.call(cell, key: "k")))
            #expect(again.head.status == 200 && again.isReplayed && again.body == first.body)
            #expect(try #require(mesh.answer(mesh.call(cell, key: "k", body: "y"))).refusal == .keyReused)
            #expect(try #require(mesh.answer(mesh.call(cell, key: "k", method: .get))).refusal == .keyReused)
        }
        #expect(calls(mesh) == 1)
        // Another key, another service's key, and none.
        #expect(try #require(mesh.answer(mesh.call(1, key: "l"))).isReplayed == false)
        #expect(try #require(mesh.answer(mesh.call(1, key: nil))).isReplayed == false)
        #expect(calls(mesh) == 3)
        // With its cell away.
        mesh.down = [0]
        #expect(try #require(mesh.answer(mesh.call(2, key: "k"))).body == first.body)
        let counters = mesh.cells.map { $0.node.claimCounters }
        #expect(counters.map(\.claimed) == [1, 1, 0] && counters.map(\.replayed) == [1, 1, 2])
        #expect(counters.map(\.reused) == [2, 2, 2])
        #expect(counters.map(\.calls) == [4, 4, 4])
    }

    @Test func whoComesMeanwhileJoinsOrIsTurnedAway() throws {
        let mesh = ClaimMesh(topology(services: [waiting("slow", 500)]))
        let first = mesh.call(0, "slow", key: "k")
        mesh.run(20)
        let joined = mesh.call(0, "slow", key: "k")
        let other = try #require(mesh.answer(mesh.call(1, "slow", key: "k"), within: 50))
        #expect(other.refusal == .keyClaimed && other.head.deadline == 1000)
        #expect(try #require(mesh.answer(mesh.call(0, "slow", key: "k", body: "y"), within: 5)).refusal == .keyReused)
        let answers = try [first, joined].map { try #require(mesh.answer($0)) }
        #expect(answers.map(\.isReplayed) == [false, true] && answers[0].body == answers[1].body)
        #expect(calls(mesh) == 1)
        #expect(counters(mesh, 0).joined == 1 && counters(mesh, 1).unknown == 1)
        #expect(counters(mesh, 0).replayed == 0 && counters(mesh, 0).calls == 3 && counters(mesh, 1).calls == 1)
    }

    /// A key is given back whose call was shed, and the shard does not take that up for long: who matters as little is shed at
    /// once, and who matters more comes again, when there is room for it.
    @Test func whoComesWhileAKeyIsGivenBackDoesNotWait() throws {
        let mesh = ClaimMesh(
            topology(services: [waiting("slow", 3_000, pool: Pool(workers: 10))], shedding: SheddingThresholds()))
        for _ in 0..<9 { _ = mesh.call(0, "slow", key: nil, deadline: 9_000, priority: .critical) }
        // Another takes the claim, and nothing after it.
        (mesh.full, mesh.room) = ([1, 2], [0, 1, 0])
        _ = mesh.call(0, "slow", key: "k", priority: .low)
        mesh.run(5)
        #expect(!mesh.cells[0].node.claims.byKey.isEmpty, "it is being given back")
        let alike = try #require(mesh.answer(mesh.call(0, "slow", key: "k", priority: .low), within: 5))
        #expect(alike.refusal == .shed && counters(mesh, 0).undecided == 1)
        let more = try #require(mesh.answer(mesh.call(0, "slow", key: "k", priority: .critical), within: 5))
        #expect(more.refusal == .keyClaimed && more.head.deadline == 1_000)
        let other = try #require(mesh.answer(mesh.call(0, "slow", key: "k", body: "y"), within: 5))
        #expect(other.refusal == .keyReused)
        mesh.full = []
        mesh.run(5_000)
        #expect(mesh.cells[0].node.claims.byKey.isEmpty && calls(mesh) == 10)
        let again = mesh.call(0, "slow", key: "k", deadline: 9_000, priority: .critical)
        #expect(try #require(mesh.answer(again)).head.status == 200)
    }

    /// Room that is kept for what is critical is there for it also where something else brought the key.
    @Test func aKeyIsWorthWhatTheHighestWhoWaitsIs() throws {
        let mesh = ClaimMesh(
            topology(services: [waiting("slow", 500, pool: Pool(workers: 10))], shedding: SheddingThresholds()))
        for _ in 0..<9 { _ = mesh.call(0, "slow", key: nil, priority: .critical) }
        let first = mesh.call(0, "slow", key: "k", priority: .low)
        let second = mesh.call(0, "slow", key: "k", priority: .critical)
        let answers = try [first, second].map { try #require(mesh.answer($0, within: 1_000)) }
        #expect(answers.map(\.head.status) == [200, 200])
    }

    @Test func whoIsTurnedAwayHasAWholeTrace() throws {
        let mesh = ClaimMesh(topology(services: [waiting("slow", 500)]))
        _ = mesh.call(0, "slow", key: "k")
        mesh.run(20)
        let trace = FrameTrace(high: 1, low: 2, isExplained: true)
        _ = try #require(mesh.answer(mesh.call(0, "slow", key: "k", body: "y", trace: trace), within: 5))
        let entry = try #require(mesh.cells[0].node.traces.entry(trace))
        #expect(entry.status == 422 && entry.policy == "idempotency")
        #expect(entry.decisions.map(\.verb) == [.joined, .refused])
    }

    /// Whoever waits for a call is counted as what it is answered, once.
    @Test func whoComesTogetherIsCountedOnceEach() throws {
        let mesh = ClaimMesh(topology())
        func three(_ cell: Int) throws -> [ClaimMesh.Answer] {
            let calls = (0..<3).map { _ in mesh.call(cell, key: "k", deadline: 500) }
            return try calls.map { try #require(mesh.answer($0)) }
        }
        #expect(try three(0).map(\.isReplayed) == [false, true, true])
        #expect(counters(mesh, 0).claimed == 1 && counters(mesh, 0).joined == 2 && counters(mesh, 0).calls == 3)
        #expect(try three(1).allSatisfy(\.isReplayed))
        #expect(counters(mesh, 1).replayed == 3 && counters(mesh, 1).calls == 3)
        mesh.down = [0, 1]
        #expect(try three(2).allSatisfy { $0.refusal == .keyUndecided })
        #expect(counters(mesh, 2).undecided == 3 && counters(mesh, 2).calls == 3)
    }

    /// How far it had come, nobody knows.
    @Test func aDeadCellsCallIsNobodysUntilItsTimeIsOver() throws {
        let ttl = Idempotency(ttl: .seconds(60))
        let mesh = ClaimMesh(topology(services: [waiting("slow", 500).with(ttl)]))
        _ = mesh.call(0, "slow", key: "k")
        mesh.run(20)
        mesh.down = [0]
        #expect(try #require(mesh.answer(mesh.call(1, "slow", key: "k"))).head.deadline == 1000)
        mesh.run(20_000)
        // It is thought to be gone.
        let late = try #require(mesh.answer(mesh.call(1, "slow", key: "k")))
        #expect(late.refusal == .keyClaimed && (30_000...41_000).contains(late.head.deadline), "\(late)")
        mesh.run(41_000)
        let anew = try #require(mesh.answer(mesh.call(1, "slow", key: "k")))
        #expect(anew.head.status == 200 && !anew.isReplayed)
    }

    /// One that stands still is as one that is dead, until it goes on.
    @Test func nobodyIsToldToWaitLongForACellThatMayBeBack() throws {
        let mesh = ClaimMesh(topology(services: [waiting("slow", 500)]))
        let first = mesh.call(0, "slow", key: "k")
        mesh.run(20)
        mesh.down = [0]
        mesh.run(20_000)
        let meanwhile = try #require(mesh.answer(mesh.call(1, "slow", key: "k")))
        #expect(meanwhile.refusal == .keyClaimed && meanwhile.head.deadline == 60_000, "\(meanwhile)")
        mesh.down = []
        #expect(try #require(mesh.answer(first)).head.status == 200)
        #expect(try #require(mesh.answer(mesh.call(1, "slow", key: "k"))).isReplayed)
    }

    @Test func withoutAMajorityNothingIsBegun() throws {
        let mesh = ClaimMesh(topology())
        mesh.down = [1, 2]
        // Those that cannot be reached are not waited for.
        let refused = try #require(mesh.answer(mesh.call(0, key: "k"), within: 200))
        #expect(refused.refusal == .keyUndecided && refused.refusal?.status == 503 && calls(mesh) == 0)
        #expect(counters(mesh, 0).undecided == 1)
        mesh.down = []
        #expect(try #require(mesh.answer(mesh.call(1, key: "k"))).head.status == 200)
        #expect(calls(mesh) == 1)
    }

    /// A claim that one cell has accepted when its call is given up may be decided yet, and would stand for nobody.
    @Test func whatIsGivenUpIsGivenBack() throws {
        let mesh = ClaimMesh(topology())
        mesh.full = [1, 2]
        let refused = try #require(mesh.answer(mesh.call(0, key: "k"), within: 200))
        #expect(refused.refusal == .storeFull && !mesh.cells[0].isIdle)
        // Whoever comes meanwhile is not kept waiting either.
        let again = try #require(mesh.answer(mesh.call(0, key: "k"), within: 10))
        #expect(again.refusal == .storeFull && counters(mesh, 0).undecided == 2)
        mesh.full = []
        mesh.run(1_000)
        #expect(mesh.cells[0].isIdle && calls(mesh) == 0)
        let next = try #require(mesh.answer(mesh.call(1, key: "k", body: "y")))
        #expect(next.head.status == 200 && !next.isReplayed)
    }

    /// Links are up and nobody answers: whoever asked hears of it while it still listens, be it a router that would turn to
    /// another cell, or a client that has set a deadline.
    @Test(arguments: [(2000, 1000), (400, 400)] as [(UInt32, Int)])
    func aRefusalComesBeforeWhoeverWaitsGivesUp(_ deadline: UInt32, _ within: Int) throws {
        let mesh = ClaimMesh(topology())
        _ = mesh.answer(mesh.call(0, key: "k"))
        mesh.still = [1, 2]
        let refused = try #require(mesh.answer(mesh.call(0, key: "l", deadline: deadline), within: within * 9 / 10))
        #expect(refused.refusal == .keyUndecided && calls(mesh) == 1)
    }

    /// Nobody waits for it any longer: it is not begun.
    @Test func whatIsClaimedTooLateIsNotBegun() throws {
        let mesh = ClaimMesh(topology())
        #expect(try #require(mesh.answer(mesh.call(0, key: "k", deadline: 1))).refusal == .deadline)
        #expect(calls(mesh) == 0)
        #expect(try #require(mesh.answer(mesh.call(1, key: "k"))).isReplayed == false)
    }

    @Test func whatWasTurnedAwayMayBeRepeatedElsewhere() throws {
        let mesh = ClaimMesh(topology(services: [waiting("slow", 500, pool: Pool(workers: 1, queue: 0))]))
        let busy = mesh.call(0, "slow", key: nil)
        #expect(try #require(mesh.answer(mesh.call(0, "slow", key: "k"), within: 100)).refusal == .overloaded)
        let next = try #require(mesh.answer(mesh.call(1, "slow", key: "k")))
        #expect(next.head.status == 200 && !next.isReplayed)
        #expect(try #require(mesh.answer(busy)).head.status == 200)
    }

    /// The answer waits for those who are to keep it, and is not given before.
    /// What failed for want of room further on may go well a moment later: its key is given back, unless something was begun
    /// for it that leaves a trace.
    @Test(arguments: [false, true]) func aFailureThatLeftNothingGivesItsKeyBack(_ paysBefore: Bool) throws {
        var mesh = topology(
            services: [
                waiting("front", 0, calls: (paysBefore ? [Edge(to: 2, compensation: 3)] : []) + [Edge(to: 1)]),
                waiting("back", 400, pool: Pool(workers: 1, queue: 0)), waiting("pay", 0), waiting("refund", 0),
            ], profile: .local)
        mesh.policies?.off = [.breaker, .throttle, .retry]
        let cells = ClaimMesh(mesh)
        _ = cells.call(0, "back", key: nil)
        cells.run(5)
        let failed = try #require(cells.answer(cells.call(0, "front", key: "k", priority: .low)))
        #expect(failed.head.status == 502 && !failed.isReplayed)
        cells.run(600)
        let again = try #require(cells.answer(cells.call(1, "front", key: "k", priority: .critical)))
        #expect(again.head.status == (paysBefore ? 502 : 200) && again.isReplayed == paysBefore)
        let isIdle = cells.cells.allSatisfy { $0.isIdle }
        #expect(isIdle)
    }

    /// Whoever matters more than the work that it has joined is not refused as that is: it comes again.
    @Test func whoJoinsWorkOfALowerClassIsNotRefusedAsThatIs() throws {
        var mesh = topology(
            services: [
                waiting("front", 50, calls: [Edge(to: 1)]), waiting("back", 400, pool: Pool(workers: 1, queue: 0)),
            ], profile: .local)
        mesh.policies?.off = [.breaker, .throttle, .retry]
        let cells = ClaimMesh(mesh)
        _ = cells.call(0, "back", key: nil)
        cells.run(5)
        let first = cells.call(0, "front", key: "k", priority: .low)
        cells.run(20)
        let urgent = cells.call(0, "front", key: "k", priority: .critical)
        let equal = cells.call(0, "front", key: "k", priority: .low)
        #expect(try #require(cells.answer(first)).head.status == 502)
        #expect(try #require(cells.answer(equal)).head.status == 502)
        let told = try #require(cells.answer(urgent))
        #expect(told.refusal == .keyClaimed && told.head.deadline == 1_000)
    }

    @Test func anAnswerThatNobodyKeepsIsNotGiven() throws {
        let mesh = ClaimMesh(topology(services: [waiting("slow", 500)]))
        let first = mesh.call(0, "slow", key: "k")
        mesh.run(20)
        mesh.down = [1, 2]
        mesh.run(5_000)
        #expect(mesh.answers[first] == nil && !mesh.cells[0].isIdle)
        mesh.down = [1]
        #expect(try #require(mesh.answer(first)).head.status == 200)

        let second = mesh.call(0, "slow", key: "l")
        mesh.run(20)
        mesh.down = [1, 2]
        #expect(try #require(mesh.answer(second, within: 70_000)).refusal == .keyUnsettled)
        #expect(counters(mesh, 0).unsettled == 1 && mesh.cells[0].isIdle)
        mesh.down = []
        mesh.run(1_500)
        #expect(try #require(mesh.answer(mesh.call(1, "slow", key: "l"))).refusal == .keyClaimed)
    }

    /// An answer that fits no frame of this mesh is given once.
    @Test func aLargeAnswerIsGivenOnce() throws {
        let names = (0..<20).map { String(repeating: "n", count: 60) + "\($0)" }
        let edges = names.indices.map { Edge(to: $0 + 1, timeout: .seconds(1)) }
        let services = [Service(name: "wide", calls: edges)] + names.map { Service(name: $0) }
        let mesh = ClaimMesh(topology(services: services, routing: RoutingPolicy(bodyLimit: 0)))
        let first = try #require(mesh.answer(mesh.call(0, "wide", key: "k")))
        #expect(first.head.status == 200 && first.body.utf8.count > ClaimValue.smallest)
        for cell in 0..<3 {
            #expect(try #require(mesh.answer(mesh.call(cell, "wide", key: "k"))).refusal == .keyAnswerCut)
        }
        #expect(calls(mesh) == 1)
    }

    /// Whoever is behind learns the entry from the other, on the same link.
    @Test(arguments: [[0], [1, 2], [0, 1]]) func roundsGoOnInANewEpoch(_ told: [Int]) throws {
        let mesh = ClaimMesh(topology())
        let first = try #require(mesh.answer(mesh.call(0, key: "k")))
        let cohort = mesh.cells[0].node.ledger.table.cohort(of: CustomerHash("c9"))
        var entry = PlacementEntry(cohort: cohort)
        try entry.refence()
        for cell in told { mesh.cells[cell].learn(entry, now: mesh.now) }
        mesh.run(1)
        for cell in 0..<3 {
            let again = try #require(mesh.answer(mesh.call(cell, key: "k"), within: 400))
            guard again.refusal != .otherEpoch else { continue }
            #expect(again.isReplayed && again.body == first.body)
        }
        #expect(Set(mesh.epochs) == [entry.epoch])
    }

    @Test func linksThatAreOfNoUseAreClosed() throws {
        let mesh = ClaimMesh(topology())
        _ = mesh.answer(mesh.call(0, key: "k"))
        #expect(links(mesh, 0) == [1, 2])
        mesh.run(100_000)
        #expect(links(mesh, 0) == [])
        #expect(try #require(mesh.answer(mesh.call(0, key: "k"))).isReplayed)
    }

    // MARK: Bad input

    /// Neither a client's key of a record nor a frame that is none reaches a claim.
    @Test func whatIsNoQuestionAboutAClaimIsRefused() {
        let cell = CellHarness(topology())
        for kind in [FrameKind.recordRead, .recordVersion, .recordWrite] {
            cell.send(kind, "\u{0}echo\u{0}k", version: RecordVersion(counter: 9, writer: 9), body: "x")
        }
        for (name, status, body) in [("echo", 1, ""), ("\u{0}echo\u{0}k", 3, ""), ("\u{0}echo\u{0}k", 2, "x")] {
            let head = FrameHead(
                kind: .claim, status: UInt16(status), request: 7, customer: CustomerHash("c9"), epoch: .first,
                versionCounter: 1, versionWriter: 1)
            withBytes("c9") { customer in
                withBytes(name) { name in
                    withBytes(body) { body in
                        let view = FrameView(head: head, customer: customer, name: name, note: .empty, body: body)
                        cell.node.handle(frame: view, link: cell.link, now: .zero, into: &cell.sink)
                    }
                }
            }
        }
        let refusals = cell.takeReplies().map(\.head.status)
        #expect(refusals == Array(repeating: Refusal.malformed.rawValue, count: 6) && cell.sink.orders.isEmpty)
        #expect(cell.counters.unexpectedFrames == 3)
    }
}

extension Service {
    fileprivate func with(_ idempotency: Idempotency) -> Service {
        var copy = self
        copy.idempotency = idempotency
        return copy
    }
}

extension ClaimCounters {
    /// By what became of them.
    fileprivate var calls: UInt64 { claimed + replayed + joined + unknown + reused + undecided + unfit }
}
