import Consensus
import Evacuation
import MeshBase
import Nodes
import Sharding
import Topology
import UVDriver

/// What operators order of the coordinator.
extension EvacuationDesk {
    /// Begins what was judged.
    func begin(_ judgement: Judgement, watch: TimeAmount?, then: @escaping (Result<PlanDecree, Failure>) -> Void) {
        var plan = judgement.decree
        if let watch { plan.watch = watch }
        // What is counted from here on is this plan's.
        var fresh = MoveTally()
        collect(
            router: { fresh.take($0, of: $1, at: $2) }, cell: { fresh.take($0, of: $1) }
        ) { [self] in
            keeper.begin(
                plan, cohorts: table.entries.count, notes: judgement.verdict.notes, tally: fresh, now: loop.now())
            ask({ host.begin(plan, ticket: $0) }) { [self] answer in
                // One that may be decided all the same is found by its id.
                if case .undecided(_, isUncertain: true) = answer {
                } else if answer != .done {
                    keeper.forget(now: loop.now())
                }
                switch answer {
                case .done: then(.success(plan))
                case .planOpen(let open):
                    then(.failure(.conflict("a plan for region \(self.topology.regions[open.region].name) is open")))
                case .noPlan(let text), .refused(let text): then(.failure(.conflict(text)))
                case .undecided(let text, let isUncertain):
                    then(.failure(.undecided(text, isUncertain: isUncertain)))
                }
            }
        }
    }

    func pause(_ isPaused: Bool, then: @escaping (Result<Void, Failure>) -> Void) {
        ask({ host.pause(isPaused, ticket: $0) }) { then(Self.result($0)) }
    }
    func abort(then: @escaping (Result<Void, Failure>) -> Void) {
        ask({ host.abort(ticket: $0) }) { then(Self.result($0)) }
    }
    func move(_ customer: CustomerHash, to shard: Shard, then: @escaping (Result<Void, Failure>) -> Void) {
        ask({ host.move(customer, to: shard, ticket: $0) }) { then(Self.result($0)) }
    }
    func giveUp(_ customer: CustomerHash, to shard: Shard?, then: @escaping (Result<Void, Failure>) -> Void) {
        ask({ host.giveUp(customer, to: shard, ticket: $0) }) { then(Self.result($0)) }
    }
    func unpin(_ customer: CustomerHash, then: @escaping (Result<Void, Failure>) -> Void) {
        ask({ host.unpin(customer, ticket: $0) }) { then(Self.result($0)) }
    }

    private static func result(_ answer: CoordinatorAnswer) -> Result<Void, Failure> {
        switch answer {
        case .done: .success(())
        case .planOpen: .failure(.conflict("another plan is open"))
        case .noPlan(let text), .refused(let text): .failure(.conflict(text))
        case .undecided(let text, let isUncertain): .failure(.undecided(text, isUncertain: isUncertain))
        }
    }
}
