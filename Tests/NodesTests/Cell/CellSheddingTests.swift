import MeshBase
import Replication
import Testing
import Topology

@testable import Nodes
@testable import Wire

@Suite struct CellSheddingTests {
    private func cell(
        _ services: [Service], shedding: SheddingThresholds = SheddingThresholds(), storeLimit: Int = 100,
        store: StoreSettings? = StoreSettings()
    ) -> CellHarness {
        CellHarness(topology(services: services, store: store, shedding: shedding), storeLimit: storeLimit)
    }

    private func shed(_ cell: CellHarness, _ place: String) -> [UInt64] {
        cell.node.shed().filter { $0.place == place }.map(\.count)
    }

    // MARK: Pools

    @Test func aPoolShedsClassByClassAsItFills() throws {
        let cell = cell([waiting("front", 10, pool: Pool(workers: 10, queue: 10))])
        func refused() -> [Priority] {
            let numbers = Priority.allCases.map { ($0, cell.call("front", priority: $0)) }
            return cell.takeReplies().compactMap { reply in numbers.first { $0.1 == reply.head.request }?.0 }
        }
        for _ in 0..<13 { cell.call("front", priority: .critical) }
        // 13 ... 16 of 20 in hand: the last, low, finds 80 %.
        #expect(refused() == [.low])
        // 16 ... 17: normal is the next to go.
        #expect(refused() == [.normal, .low])
        #expect(refused() == [.high, .normal, .low])
        #expect(shed(cell, "front") == [0, 1, 2, 3])
        // The pool's own bound: nobody is preferred any more.
        #expect(cell.services()[0].busy + cell.services()[0].waiting == 19)
        cell.call("front", priority: .critical)
        #expect(cell.takeReplies().isEmpty)
        cell.call("front", priority: .critical)
        #expect(cell.takeReplies().map(\.head.status) == [Refusal.overloaded.rawValue])
        #expect(cell.services()[0].counters.shed == 6 && cell.services()[0].counters.rejected == 1)
    }

    @Test func theRefusalSaysWhichClassAndWhenToComeBack() throws {
        let cell = cell([waiting("front", 10, pool: Pool(workers: 10))])
        for _ in 0..<9 { cell.call("front", priority: .critical) }
        let number = cell.call("front")
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.kind == .refusal && reply.head.status == Refusal.shed.rawValue)
        #expect(reply.head.request == number)
        #expect(reply.head.flags.priority == .normal)
        #expect(reply.head.deadline == 1000)
        #expect(cell.counters.refused == 0)
    }

    @Test func theCellTellsItsOwnClients() throws {
        let cell = cell([waiting("front", 10, pool: Pool(workers: 10))])
        for _ in 0..<9 { cell.call("front", priority: .critical) }
        withBytes("front") { service in
            withBytes("c9") { customer in
                cell.node.handle(
                    serviceCall: service, customer: customer, priority: nil, deadline: .seconds(1),
                    connection: ConnectionID(index: 7, generation: 1), now: .zero, into: &cell.sink)
            }
        }
        let (_, status, body) = try #require(cell.sink.responses.first)
        #expect(status == 503 && cell.sink.refusals == [.shed])
        let problem = try #require(withBytes(body) { DataProblem.ofCell(status: status, .shed, body: $0) })
        #expect("\(problem.type)" == "shed" && "\(problem.policy)" == "shedding")
    }

    @Test func theServiceSaysWhatARequestIsWorth() throws {
        var services = [waiting("front", 10, pool: Pool(workers: 10)), waiting("back", 10, pool: Pool(workers: 10))]
        services[0].priority = .high
        services[1].priority = .low
        let cell = cell(services)
        for _ in 0..<7 { cell.call("front", priority: .low) }
        for _ in 0..<7 { cell.call("back", priority: .critical) }
        #expect(cell.takeReplies().isEmpty)
        // No client raises itself above what the service is worth.
        cell.call("back", priority: .critical)
        #expect(cell.takeReplies().first?.head.flags.priority == .low)
        // Who names nothing has it.
        for _ in 0..<2 { cell.send(.serviceCall, "front", flags: .noPriority) }
        cell.call("front", priority: .normal)
        #expect(cell.takeReplies().map(\.head.flags.priority) == [.normal])
        cell.send(.serviceCall, "front", flags: .noPriority)
        #expect(cell.takeReplies().isEmpty)
        #expect(shed(cell, "front") == [0, 0, 1, 0] && shed(cell, "back") == [0, 0, 0, 1])
    }

    // MARK: Edges

    /// A caller whose callee is as full as it may be for class normal.
    private func busyCallee(_ edge: Edge) -> CellHarness {
        let cell = cell([waiting("front", 0, calls: [edge]), waiting("back", 100, pool: Pool(workers: 20))])
        for _ in 0..<17 { cell.call("back", priority: .critical) }
        return cell
    }

    @Test func aCoreCallThatIsShedFailsItsCallerAndSaysSo() throws {
        let cell = busyCallee(Edge(to: 1))
        cell.call("front")
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.kind == .reply && reply.head.status == 502)
        #expect(reply.head.deadline == 1000)
        #expect(reply.body.contains("\"back\":\"shed\""))
        // A call is worth as much as its caller.
        cell.call("front", priority: .high)
        #expect(cell.takeReplies().isEmpty)
        #expect(shed(cell, "back") == [0, 0, 1, 0])
        #expect(shed(cell, "front") == [0, 0, 0, 0])
    }

    @Test func anEnhancedCallThatIsShedFallsBack() throws {
        let cell = busyCallee(Edge(to: 1, criticality: .enhanced, fallback: [.static]))
        cell.call("front")
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.status == 200 && reply.head.deadline == 0)
        #expect(reply.note == "back=static")
    }

    @Test func aLuxuryCallIsWorthAClassLess() {
        let cell = busyCallee(Edge(to: 1, criticality: .luxury))
        cell.call("front", priority: .high)
        #expect(cell.takeReplies().first?.note == "back=skipped")
        #expect(shed(cell, "back") == [0, 0, 1, 0])
    }

    @Test func undoingIsNeverShed() throws {
        let cell = cell([
            waiting("front", 0, calls: [Edge(to: 1, compensation: 3), Edge(to: 2)]), waiting("first", 0),
            waiting("bad", 0, errors: 1), waiting("undo", 100, pool: Pool(workers: 20)),
        ])
        for _ in 0..<19 { cell.call("undo", priority: .critical) }
        cell.call("front", priority: .low)
        #expect(cell.takeReplies().isEmpty)
        #expect(cell.services()[3].busy == 20)
    }

    // MARK: Records

    @Test func whatBeginsAtTheStoreIsShedAndWhatEndsIsNot() throws {
        let cell = cell([waiting("front", 0)], storeLimit: 20)
        for number in 0..<14 { cell.send(.recordRead, "k\(number)", priority: .critical) }
        cell.send(.recordRead, "k", priority: .low)
        cell.send(.recordVersion, "k", priority: .low)
        #expect(cell.takeReplies().map(\.head.status) == [Refusal.shed.rawValue, Refusal.shed.rawValue])
        // The second half of a write that was taken up.
        cell.send(.recordWrite, "k", priority: .low)
        cell.send(.recordRead, "k")
        #expect(cell.takeReplies().isEmpty)
        #expect(cell.sink.orders.count == 16)
        #expect(shed(cell, "records") == [0, 0, 0, 2])
        for number in 0..<4 { cell.send(.recordRead, "l\(number)", priority: .critical) }
        #expect(cell.takeReplies().isEmpty)
        cell.send(.recordRead, "k", priority: .critical)
        #expect(cell.takeReplies().map(\.head.status) == [Refusal.overloaded.rawValue])
    }

    /// The queue of the store is full of bytes long before it is full of orders.
    @Test func largeValuesFillTheStoreToo() throws {
        let cell = CellHarness(
            topology(services: [waiting("front", 0)], shedding: SheddingThresholds()), storeLimit: 1000,
            storeByteLimit: 1000)
        cell.send(.recordWrite, "k", body: String(repeating: "x", count: 699))
        cell.send(.recordRead, "k", priority: .low)
        #expect(cell.takeReplies().isEmpty)
        cell.send(.recordWrite, "l", priority: .low, body: "x")
        cell.send(.recordRead, "k", priority: .low)
        #expect(cell.takeReplies().map(\.head.status) == [Refusal.shed.rawValue])
        cell.send(.recordRead, "k", priority: .normal)
        #expect(cell.takeReplies().isEmpty)
        let write = try #require(cell.sink.orders.first)
        cell.node.stored(StoreAnswer(ticket: write.ticket, outcome: .written(.none)), now: .zero, into: &cell.sink)
        _ = cell.takeReplies()
        cell.send(.recordRead, "k", priority: .low)
        #expect(cell.takeReplies().isEmpty)
    }

    @Test func theStoreSaysWhatARequestForARecordIsWorth() {
        let cell = cell([waiting("front", 0)], storeLimit: 20, store: StoreSettings(priority: .low))
        for number in 0..<14 { cell.send(.recordRead, "k\(number)", priority: .critical) }
        cell.send(.recordRead, "k", priority: .critical)
        #expect(cell.takeReplies().map(\.head.status) == [Refusal.shed.rawValue])
    }

    // MARK: What is told

    @Test func theLogIsToldWhenSheddingBeginsAndEnds() {
        let cell = cell([waiting("front", 100, pool: Pool(workers: 10))])
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        for _ in 0..<20 { cell.call("front", priority: .low) }
        for second in 1...4 { cell.node.wake(now: .at(Int64(second) * 1000), into: &cell.sink) }
        let told = cell.sink.events.filter { if case .shedding = $0 { true } else { false } }
        #expect(
            told == [
                .shedding(place: "front", .low, hasBegun: true), .shedding(place: "front", .low, hasBegun: false),
            ])
    }
}
