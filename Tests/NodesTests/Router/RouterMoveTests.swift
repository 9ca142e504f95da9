import MeshBase
import Replication
import Sharding
import Testing
import Topology

@testable import Nodes
@testable import Wire

/// A router in the middle of a move: requests go on, in one epoch at a time.
@Suite struct RouterMoveTests {
    /// Three regions of two cells, of which the first is left.
    private let mesh = MeshTopology(
        name: "test", seed: 7, regions: (0..<3).map { Region(name: "r\($0)", zones: ["a"]) },
        cells: (0..<6).map { Cell(name: "c-\($0)", region: $0 / 2, zone: 0) },
        blueprints: [Blueprint(name: "b", services: [Service(name: "echo")], store: StoreSettings())],
        customers: Customers(count: 10), sharding: ShardingPolicy(size: 3, spread: .region),
        routers: [Router(name: "router-1", region: 0)], control: Control(region: 0))
    private let router: RouterHarness
    private let cohort: Int
    private let joint: PlacementEntry
    private let new: PlacementEntry

    init() throws {
        router = RouterHarness(mesh)
        cohort = PlacementTable().cohort(of: router.customer)
        var entry = PlacementEntry(cohort: cohort)
        try entry.begin(evacuated: [0])
        joint = entry
        try entry.switchOver()
        new = entry
    }

    private func assignment(_ entry: PlacementEntry) throws -> Placement.Assignment {
        var table = PlacementTable()
        table.merge(entry)
        return try Placement(mesh, table: table).assignment(of: router.customer)
    }
    private func cells(_ frames: [RouterRecorder.Frame]) -> Set<UInt16> { Set(frames.map(\.cell.rawValue)) }

    @Test func aWriteThatWasSendingGoesOnWithTheSameVersion() throws {
        let id = router.request(.put, .record)
        let queries = router.takeFrames()
        #expect(queries.count == 3 && queries.allSatisfy { $0.head.epoch == .first })
        for query in queries.prefix(2) { router.answer(query, version: RecordVersion(counter: 4, writer: 1)) }
        let stores = router.takeFrames()
        let version = stores.map(\.head.versionCounter)
        #expect(stores.count == 3)
        // One has acknowledged at the old epoch, which counts no more.
        router.answer(stores[0], version: RecordVersion(counter: 5, writer: 1))
        router.refuse(stores[1], knowing: joint)
        let again = router.takeFrames()
        let members = try assignment(joint)
        #expect(cells(again) == Set((Array(members.inForce) + Array(members.other)).map(\.rawValue)))
        #expect(again.allSatisfy { $0.head.epoch == Epoch(2) && $0.head.kind == .recordWrite })
        #expect(
            Set(again.map(\.head.versionCounter)) == Set(version)
                && again[0].head.versionWriter == stores[0].head.versionWriter)
        // A late acknowledgement of the old epoch changes nothing; a majority of each shard does.
        router.answer(stores[2], version: RecordVersion(counter: 5, writer: 1))
        let old = again.filter { members.inForce.contains($0.cell) }
        let joining = again.filter { members.other.contains($0.cell) && !members.inForce.contains($0.cell) }
        router.answer(old[0])
        #expect(router.takeAnswer() == nil)
        router.answer(old[1])
        let isEnough = (members.other.filter { $0 == old[0].cell || $0 == old[1].cell }).count >= 2
        if !isEnough {
            #expect(router.takeAnswer() == nil)
            router.answer(joining[0])
        }
        let answer = try #require(router.takeAnswer())
        #expect(answer.request == id && answer.status == 204)
        #expect(router.counters.epochRestarts == 1 && router.node.writePauses.count == 1)
    }

    @Test func aQueryBeginsAnew() throws {
        router.request(.get, .record)
        let queries = router.takeFrames()
        router.answer(queries[0], version: RecordVersion(counter: 4, writer: 1), body: "old")
        router.refuse(queries[1], knowing: new)
        let again = router.takeFrames()
        let members = try assignment(new)
        #expect(cells(again) == Set(members.inForce.map(\.rawValue)) && again.allSatisfy { $0.head.epoch == Epoch(3) })
        // The first answer's epoch is over.
        router.answer(queries[2], version: RecordVersion(counter: 9, writer: 1), body: "late")
        for query in again.prefix(2) {
            router.answer(query, version: RecordVersion(counter: 5, writer: 1), body: "new")
        }
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 200 && answer.body == "new")
        #expect(router.node.heldBytes == 0)
    }

    @Test func aCellThatIsBehindIsToldOnceAndAskedAgain() throws {
        router.node.ledger.take(decided: new)
        router.sink.exchanges = []
        router.request(.put, .record)
        let queries = router.takeFrames()
        #expect(queries.allSatisfy { $0.head.epoch == Epoch(3) })
        router.refuse(queries[0], knowing: nil)
        let told = try #require(router.sink.exchanges.first)
        #expect(told.cell == queries[0].cell && router.sink.exchanges.count == 1)
        let exchange = told.body.withUnsafeBytes { EntryExchange($0, cohorts: 64) }
        #expect(exchange?.entries.map(\.entry) == [new])
        let again = router.takeFrames()
        #expect(again.map(\.cell) == [queries[0].cell] && again[0].head.epoch == Epoch(3))
        // Not for ever: it counts as failed, and the two others are enough.
        router.refuse(again[0], knowing: joint)
        #expect(router.takeFrames().isEmpty && router.sink.exchanges.count == 1)
        for query in queries.dropFirst() { router.answer(query) }
        for store in router.takeFrames() where store.cell != again[0].cell { router.answer(store) }
        #expect(router.takeAnswer()?.status == 201)
    }

    @Test func aServiceFollowsItsCustomer() throws {
        router.request(.post)
        let call = try #require(router.takeFrames().first)
        router.refuse(call, knowing: joint)
        let again = try #require(router.takeFrames().first)
        let members = try assignment(joint)
        #expect(again.head.epoch == Epoch(2) && again.cell == members.other[0])
        router.answer(again)
        #expect(router.takeAnswer()?.status == 200)
    }

    @Test func aWriteOfATimeBeforeASweepEndsUnknown() throws {
        router.request(.put, .record)
        for query in router.takeFrames().prefix(2) { router.answer(query) }
        let stores = router.takeFrames()
        var swept = PlacementEntry(cohort: cohort)
        try swept.sweep()
        router.refuse(stores[0], knowing: swept)
        #expect(router.takeFrames().isEmpty)
        #expect(router.takeAnswer()?.status == 504)
    }

    @Test func aRouterAsksEachCellOnceASecondAndTellsItWhatItLacks() throws {
        router.sink.exchanges = []
        router.wake(.at(1000))
        #expect(Set(router.sink.exchanges.map(\.cell.rawValue)) == Set(0..<6))
        router.node.ledger.take(decided: new)
        router.sink.exchanges = []
        // One that knows less answers with its versions, and is told.
        var answer = ByteBuffer()
        EntryExchange(digest: 1, versions: Array(repeating: 1, count: 64)).append(to: &answer)
        let head = FrameHead(
            kind: .reply, request: RouterNode.exchangeRequest, customer: router.customer, epoch: .first)
        router.node.handle(
            frame: FrameView(head: head, customer: .empty, name: .empty, note: .empty, body: answer.bytes),
            from: CellIndex(3), now: .at(1001), into: &router.sink)
        let told = try #require(router.sink.exchanges.first)
        #expect(told.body.withUnsafeBytes { EntryExchange($0, cohorts: 64) }?.entries.map(\.entry) == [new])
    }

    /// Members that drop what they must not keep are silent for a moment: nobody is refused for that.
    @Test func whatACellDropsIsWaitedFor() throws {
        router.request(.put, .record)
        for query in router.takeFrames() { router.answer(query) }
        let stores = router.takeFrames()
        for store in stores { router.refuse(store, .moving) }
        #expect(router.takeAnswer() == nil && router.takeFrames().isEmpty)
        router.wake(.at(11))
        let again = router.takeFrames()
        #expect(again.count == 3 && again.allSatisfy { $0.head.kind == .recordWrite })
        #expect(Set(again.map(\.head.versionCounter)) == Set(stores.map(\.head.versionCounter)))
        for store in again { router.answer(store, now: .at(12)) }
        #expect(router.takeAnswer()?.status == 201)
        #expect(router.node.writePauses.count == 1 && router.isIdle)
    }

    /// An entry that somebody answers with who was asked about the placement.
    private func tell(_ cell: CellIndex, _ entries: [PlacementEntry], at now: Instant) {
        var answer = ByteBuffer()
        EntryExchange(digest: 1, entries: entries.map { seal.seal(decided: $0) }).append(to: &answer)
        let head = FrameHead(
            kind: .reply, request: RouterNode.exchangeRequest, customer: router.customer, epoch: .first)
        router.node.handle(
            frame: FrameView(head: head, customer: .empty, name: .empty, note: .empty, body: answer.bytes),
            from: cell, now: now, into: &router.sink)
    }

    /// A router that missed every epoch: of the shard that it knows, nobody is left who could tell it of another.
    @Test(arguments: [HTTPMethod.get, .put]) func twoOthersAreAskedBeforeThereIsNoQuorum(_ method: HTTPMethod) throws {
        let away = Shard((0..<6).map { CellIndex($0 as Int) }.filter { !router.shard.contains($0) })!
        var moved = PlacementEntry(cohort: cohort)
        try moved.pin(router.customer, from: router.shard, to: away)
        try moved.advance(pin: router.customer, .switchOver)
        try moved.advance(pin: router.customer, .release)
        for cell in router.shard { router.linkDown(cell, now: .zero) }
        router.sink.exchanges = []
        router.request(method, .record)
        #expect(router.takeAnswer() == nil && router.takeFrames().isEmpty)
        let asked = router.sink.exchanges.map(\.cell)
        try #require(asked.count == 2)
        #expect(asked.allSatisfy { away.contains($0) })
        tell(asked[1], [moved], at: .at(1))
        router.wake(.at(2))
        let frames = router.takeFrames()
        #expect(Set(frames.map(\.cell)) == Set(away))
        for frame in frames { router.answer(frame, version: RecordVersion(counter: 4, writer: 1), now: .at(3)) }
        for frame in router.takeFrames() { router.answer(frame, now: .at(4)) }
        #expect([200, 204].contains(router.takeAnswer()?.status))
        #expect(router.counters.othersAsked == 1 && router.isIdle)
    }

    /// Nobody knows of a move: it is told as soon as both have said so, or after the time of an attempt.
    @Test(arguments: [true, false]) func othersThatKnowNothingAreNotWaitedFor(_ answer: Bool) throws {
        for cell in router.shard { router.linkDown(cell, now: .zero) }
        router.sink.exchanges = []
        router.request(.get, .record)
        let asked = router.sink.exchanges.map(\.cell)
        if answer { for cell in asked { tell(cell, [], at: .at(1)) } }
        var now = Instant.zero
        while router.node.isIdle == false, now < .at(5_000) {
            now += .milliseconds(1)
            router.wake(now)
        }
        #expect(router.takeAnswer()?.status == 503)
        #expect(answer ? now <= .at(3) : now > .at(100) && now <= .at(1_000))
        #expect(router.counters.noQuorum == 1)
    }

    @Test func aWaitEndsWithTheDeadline() throws {
        router.request(.get, .record, deadline: .milliseconds(100))
        var now = Instant.zero
        while !router.isIdle, now < .at(1_000) {
            for query in router.takeFrames() { router.refuse(query, .moving, now: now) }
            now += .milliseconds(5)
            router.wake(now)
        }
        #expect(now <= .at(110))
        #expect(router.takeAnswer()?.status == 503)
    }
}
