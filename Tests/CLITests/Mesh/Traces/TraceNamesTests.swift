import Testing
import Topology

@testable import Reports
@testable import cellmesh

@Suite struct TraceNamesTests {
    private var topology: MeshTopology {
        MeshTopology(
            name: "m", seed: 1, regions: [Region(name: "eu", zones: ["a"])],
            cells: ["eu-1", "eu-2"].map { Cell(name: $0, region: 0, zone: 0) },
            blueprints: [Blueprint(name: "b", services: [Service(name: "checkout"), Service(name: "payment")])],
            customers: Customers(count: 10), sharding: ShardingPolicy(size: 1, spread: .cell), routers: [],
            control: Control(region: 0))
    }

    private func failure(
        lastFault: Int? = 3, _ heads: [TraceHead] = [], _ change: (inout TraceFilter) -> Void
    ) -> CommandFailure? {
        var filter = TraceFilter()
        change(&filter)
        do {
            try TraceNames(topology, lastFault: lastFault).check(filter, heads)
            return nil
        } catch { return error as? CommandFailure }
    }

    @Test func whatNamesNothingIsRefusedWithTheNearest() throws {
        let wrong: [(CommandFailure?, String)] = [
            (failure { $0.service = "chekout" }, "checkout"), (failure { $0.cell = "eu-11" }, "eu-1"),
            (failure { $0.policy = "braker" }, "breaker"), (failure { $0.service = "record" }, "records"),
            (failure { $0.fault = "f4" }, "the newest was f3"), (failure { $0.fault = "breaker" }, "f1, f2"),
            (failure { $0.fault = "f03" }, "f1, f2"), (failure { $0.fault = "f0" }, "f1, f2"),
            (failure(lastFault: 0) { $0.fault = "f1" }, "has had none"),
        ]
        for (failure, hint) in wrong {
            let failure = try #require(failure, "\(hint)")
            #expect(failure.status == .usage && failure.hint?.contains(hint) == true, "\(failure)")
            #expect(failure.next?.hasPrefix("cellmesh ") == true)
        }
    }

    @Test func whatThereIsOrMayHaveBeenIsTaken() {
        for known in ["breaker", "attempt-timeout", "quorum", "hedge", "retry", "store", "routing"] {
            #expect(failure { $0.policy = known } == nil, "\(known)")
        }
        #expect(failure { ($0.service, $0.cell, $0.fault) = ("records", "eu-2", "f3") } == nil)
        #expect(failure(lastFault: nil) { $0.fault = "f99" } == nil, "nobody knows")
        #expect(failure { $0.customer = "whoever" } == nil)
        // A trace that is there says what its words are.
        var head = TraceHead(
            trace: "t", node: "r1", began: 0, customer: "c1", service: "old", status: 503, policy: "newest",
            explained: false)
        (head.cells, head.faults, head.against) = (["eu-9"], ["f9"], ["other"])
        let heads = [head]
        #expect(failure(heads) { ($0.service, $0.cell, $0.fault, $0.policy) = ("old", "eu-9", "f9", "newest") } == nil)
        #expect(failure(heads) { ($0.cell, $0.policy) = ("r1", "other") } == nil)
    }
}
