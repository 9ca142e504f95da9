import MeshBase
import Replication
import Sharding
import Wire

/// What the client is told of a record.
extension RouterNode {
    /// Cells that lost their disks do not answer for what they may have held.
    static func refilling(_ kind: RegisterOperation.Kind) -> DataProblem {
        DataProblem(
            "refilling", title: "Cells of this customer's shard have lost their disks",
            detail: "Too few of the others answer to tell what was written; the lost ones are refilled from them."
                + (kind == .read ? "" : " Nothing was changed.")
                + " 'cellmesh store --lost' tells which cells wait for which.",
            policy: "refill")
    }

    /// What no cell of the shard will do is told as what it is, and not as a want of cells.
    static func explain(
        _ outcome: RegisterOperation.Outcome, _ refusal: Refusal?
    ) -> (UInt16, DataProblem)? {
        switch outcome {
        case .noQuorum, .refused: break
        case .written, .found, .missing, .unknown, .behind: return nil
        }
        let problem: DataProblem
        switch refusal {
        case .malformed: problem = .malformed
        case .noStore: problem = .noStore
        case .tooLarge: problem = .tooLarge
        default: return nil
        }
        return refusal.map { ($0.status, problem) }
    }

    mutating func complete(
        _ key: SlabKey, _ outcome: RegisterOperation.Outcome, into sink: inout some RouterSink
    ) {
        guard case .record(let work) = operations[key]!.work else { return }
        let shard = operations[key]!.shard
        let request = operations[key]!.request
        let customer = operations[key]!.customer
        if work.metMove, outcome.isLack, work.waits < Self.mostWaits,
            clock + Self.moveWait < operations[key]!.deadline
        {
            return wait(key, outcome)
        }
        if asksOthers(key, outcome, into: &sink) { return }
        if let paused = work.pausedAt { writePauses.record(clock - paused) }
        noteEnd(outcome, key)
        var response = RouterResponse(status: 200)
        if outcome.isRefusal, let shed = work.shed {
            finish(key)
            return refuseShed(
                request, shard: shard, customer: customer, shed,
                "too few of the \(shard.count) cells of this shard took it", into: &sink)
        }
        if let (status, problem) = Self.explain(outcome, work.refusal) {
            finish(key)
            return refuse(request, status: status, shard: shard, customer: customer, problem, into: &sink)
        }
        switch outcome {
        case .written(let version, let replaced):
            response.status = work.register.kind == .write && !replaced ? 201 : 204
            response.version = version
        case .found(let version):
            response.version = version
            response.content = .bytes
        case .missing(let version):
            response.status = 404
            response.version = version == .none ? nil : version
            response.problem = DataProblem(
                "no-record", title: "No such record",
                detail: version == .none ? "It was never written." : "It was deleted.", policy: "store")
        case .noQuorum(let needed, let available):
            counters.noQuorum += 1
            finish(key)
            return refuse(
                request, status: 503, shard: shard, customer: customer, wait: .seconds(1), lacksQuorum: true,
                work.refusal == .refilling
                    ? Self.refilling(work.register.kind)
                    : DataProblem(
                        "no-quorum", title: "Too few cells of this customer's shard answer",
                        detail: "\(needed) of \(shard.count) cells are needed and \(available) answered."
                            + (work.register.kind == .read ? "" : " Nothing was changed.")
                            + (work.isAboveTier
                                ? " The tier itself answers from any cell that lives: leave X-Consistency: strong out."
                                : ""),
                        policy: "quorum"), into: &sink)
        case .behind:
            counters.sessionsBehind += 1
            finish(key)
            return refuse(
                request, status: 503, shard: shard, customer: customer, wait: .seconds(1), .behindSession, into: &sink)
        case .refused where work.refusal == .refilling:
            finish(key)
            return refuse(
                request, status: 503, shard: shard, customer: customer, wait: .seconds(1), lacksQuorum: true,
                Self.refilling(work.register.kind), into: &sink)
        case .refused:
            finish(key)
            let isFull = work.refusal == .storeFull
            return refuse(
                request, status: isFull ? 507 : 503, shard: shard, customer: customer, wait: .seconds(1),
                DataProblem(
                    isFull ? "store-full" : "store-refused", title: "The cells of this shard refuse the write",
                    detail: (work.refusal.map { "The last refused with \($0)" } ?? "The links to them are full or gone")
                        + ". Nothing was changed.",
                    policy: "store"), into: &sink)
        case .unknown:
            finish(key)
            return refuse(
                request, status: 504, shard: shard, customer: customer,
                DataProblem(
                    "outcome-unknown", title: "The write was not acknowledged by enough cells",
                    detail: "It may or may not have been kept; repeating it is safe.", policy: "quorum"), into: &sink)
        }
        if var session = work.session {
            let seen = work.register.spread == .none ? response.version : work.register.spread
            if session.isInForce, let version = seen {
                let isDeletion = work.register.kind == .read ? response.status == 404 : work.register.kind == .delete
                session.record.note(version, ofKey: session.key, isDeletion: isDeletion)
            }
            response.session = sessionSeal.text(session.record)
        }
        var shown = work.value
        if work.register.merges, work.register.kind == .read {
            shown = show(work, of: customer, in: &response)
        } else if work.register.merges, let version = response.version {
            response.dots = siblingSeal.prove([version], customer: customer, key: work.key)
        }
        response.cell = work.members[work.source]
        response.epoch = operations[key]!.epoch
        response.serving = serving(of: shard)
        response.shardSize = shard.count
        if !operations[key]!.isCheck { noteAnswer(customer, since: operations[key]!.started, response) }
        finish(key)
        told(status: response.status)
        endTrace(&response, into: &sink)
        shown.withUnsafeBytes { value in
            response.body =
                response.status == 200 || response.status == 300 ? value : UnsafeRawBufferPointer(start: nil, count: 0)
            sink.respond(to: request, response)
        }
    }
}
