import MeshBase
import Replication
import Testing
import Topology
import Wire

@testable import Nodes

/// One cause has one status, whoever tells the client of it: the router for a service or a record, the cell itself.
@Suite struct RefusalTests {
    struct Row: Sendable {
        var refusal: Refusal
        var service: UInt16
        var read: UInt16
        /// Refused when asked for the version, and when told to store.
        var query: UInt16
        var store: UInt16
    }

    static let table = [
        Row(refusal: .overloaded, service: 503, read: 503, query: 503, store: 503),
        Row(refusal: .stopping, service: 503, read: 503, query: 503, store: 503),
        Row(refusal: .otherEpoch, service: 503, read: 503, query: 503, store: 503),
        Row(refusal: .unknownService, service: 404, read: 503, query: 503, store: 503),
        Row(refusal: .noStore, service: 404, read: 404, query: 404, store: 404),
        Row(refusal: .storeFull, service: 507, read: 503, query: 503, store: 507),
        // What a broken store has kept, nobody knows.
        Row(refusal: .storeBroken, service: 503, read: 503, query: 503, store: 504),
        Row(refusal: .deadline, service: 504, read: 503, query: 503, store: 503),
        Row(refusal: .malformed, service: 400, read: 400, query: 400, store: 400),
        Row(refusal: .refilling, service: 503, read: 503, query: 503, store: 503),
        Row(refusal: .tooLarge, service: 500, read: 500, query: 500, store: 500),
        Row(refusal: .moving, service: 503, read: 503, query: 503, store: 503),
        Row(refusal: .notMember, service: 503, read: 503, query: 503, store: 503),
        Row(refusal: .shed, service: 503, read: 503, query: 503, store: 503),
        // Of services alone.
        Row(refusal: .keyClaimed, service: 409, read: 503, query: 503, store: 503),
        Row(refusal: .keyReused, service: 422, read: 503, query: 503, store: 503),
        Row(refusal: .keyRequired, service: 400, read: 503, query: 503, store: 503),
        Row(refusal: .keyUnkept, service: 501, read: 503, query: 503, store: 503),
        Row(refusal: .keyUndecided, service: 503, read: 503, query: 503, store: 503),
        Row(refusal: .keyUnsettled, service: 504, read: 503, query: 503, store: 503),
        Row(refusal: .keyAnswerCut, service: 409, read: 503, query: 503, store: 503),
        Row(refusal: .noProgram, service: 503, read: 503, query: 503, store: 503),
        Row(refusal: .givenUp, service: 503, read: 503, query: 503, store: 503),
        Row(refusal: .notReady, service: 503, read: 503, query: 503, store: 503),
    ]

    @Test func everyRefusalIsHere() {
        #expect(Self.table.map(\.refusal.rawValue).sorted() == Refusal.allCases.map(\.rawValue).sorted())
        #expect(Self.table.allSatisfy { $0.service == $0.refusal.status })
    }

    @Test(arguments: table) func theRouterTellsIt(_ row: Row) {
        func status(_ method: HTTPMethod, _ target: DataRequest.Target, queried: Bool = false) -> UInt16? {
            let router = RouterHarness()
            router.request(method, target)
            if queried { for frame in router.takeFrames() { router.answer(frame) } }
            // What refuses because of a move is asked again until the deadline.
            var now = Instant.zero
            while !router.sink.frames.isEmpty || !router.isIdle && now < .at(10_000) {
                for frame in router.takeFrames() { router.refuse(frame, row.refusal, now: now) }
                guard !router.isIdle else { break }
                now += .milliseconds(50)
                router.wake(now)
            }
            #expect(router.isIdle)
            return router.takeAnswer()?.status
        }
        #expect(status(.get, .service) == row.service)
        #expect(status(.post, .service) == row.service)
        #expect(status(.get, .record) == row.read)
        #expect(status(.put, .record) == row.query)
        #expect(status(.put, .record, queried: true) == row.store)
        #expect(status(.delete, .record, queried: true) == row.store)
    }

    /// A newer cell may have reasons that this router has not heard of: they are no fault of the client.
    @Test(arguments: [DataRequest.Target.service, .record]) func anUnknownReasonIsNotTheClients(
        _ target: DataRequest.Target
    ) {
        let router = RouterHarness()
        router.request(.get, target)
        while !router.sink.frames.isEmpty {
            for frame in router.takeFrames() { router.answer(frame, .refusal, status: 999) }
        }
        #expect(router.takeAnswer()?.status == 503)
    }

    // MARK: The cell to its own clients

    private func own(_ cell: CellHarness, _ service: String, deadline: TimeAmount = .seconds(1), now: Instant = .zero) {
        withBytes(service) { service in
            withBytes("c9") { customer in
                cell.node.handle(
                    serviceCall: service, customer: customer, priority: .normal, deadline: deadline,
                    connection: ConnectionID(index: 7, generation: 1), now: now, into: &cell.sink)
            }
        }
    }

    @Test func theCellTellsTheSame() {
        let full = CellHarness(topology(services: [waiting("slow", 100, pool: Pool(workers: 1, queue: 0))]))
        own(full, "slow")
        own(full, "slow")
        #expect(full.sink.responses.map(\.1) == [Refusal.overloaded.status])

        let cell = CellHarness(topology())
        own(cell, "nothing")
        cell.node.leave(now: .zero, into: &cell.sink)
        own(cell, "echo")
        #expect(
            cell.sink.responses.map(\.1) == [Refusal.unknownService.status, Refusal.stopping.status])
        #expect(cell.sink.problems.map { $0?.type.description } == ["unknown-service", "cell-refused"])
    }

    /// A client that allows more than `routing.request-timeout` waits no longer at a cell than at a router.
    @Test func theCellWaitsNoLongerThanARouter() {
        let routing = RoutingPolicy(requestTimeout: .milliseconds(200))
        let cell = CellHarness(
            topology(services: [waiting("slow", 500, pool: Pool(workers: 1, queue: 1))], routing: routing))
        for _ in 0..<2 { own(cell, "slow", deadline: .seconds(60)) }
        cell.run(until: .at(199))
        #expect(cell.sink.responses.isEmpty)
        cell.run(until: .at(200))
        // Who waits and who is worked on.
        #expect(cell.sink.responses.map(\.1) == [504, 504])
    }
}
