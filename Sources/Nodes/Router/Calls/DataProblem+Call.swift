import MeshBase
import Resilience
import Wire

/// How a call that failed is told to its client.
extension RouterNode {
    /// - Parameter asked: cells that were sent something.
    func explain(
        _ failure: CallFailure?, _ place: Int32, asked: Int, of size: Int
    ) -> (UInt16, DataProblem) {
        let cells = "\(asked) of the \(size) cells of this shard were asked"
        if calls[place].mayHaveBegun, case .refusal(let why, _) = calls[place].last, why?.knowsTheKey != true,
            failure?.kind != .blocked
        {
            return calls[place].state.safety == .keyed
                ? (Refusal.keyUnsettled.status, .key(.keyUnsettled)) : (502, .mayHaveBegun(cells))
        }
        guard let failure else { return explain(calls[place].last, cells) }
        if failure.policy == .deadline { return (504, .tooLate(asked > 0 ? cells : nil)) }
        switch failure.kind {
        case .timeout: return (504, .attemptTimeout(cells))
        case .reset: return (502, .cellLost(cells))
        case .connect:
            if case .refusal(.noProgram, _) = calls[place].last { return explain(calls[place].last, cells) }
            return (503, .linkFull(cells))
        case .blocked:
            // The others are out of reach: what the last that was asked has said is worth more.
            if failure.policy == .failover, asked > 0 { return explain(calls[place].last, cells) }
            return (503, blocked(failure, place, cells, of: size))
        case .none, .overloaded, .limited, .shed, .unavailable, .deadlock, .failed, .elsewhere:
            return explain(calls[place].last, cells)
        }
    }

    private func blocked(
        _ failure: CallFailure, _ place: Int32, _ cells: String, of size: Int
    ) -> DataProblem {
        guard failure.policy != .failover, let token = failure.token else { return .shardDown(size) }
        let gate = Int(calls[place].sent[Int(token.rawValue)].gate)
        var problem = DataProblem.gateShut(failure.policy, cells)
        guard gate >= 0 else { return problem }
        problem.gate = name(ofGate: gate)
        if failure.policy == .breaker, let cause = causeOfInfluence(on: gate, now: clock) {
            problem.detail += DataProblem.heldBack(for: cause)
        }
        return problem
    }

    private func explain(_ last: ServiceCall.Last, _ cells: String) -> (UInt16, DataProblem) {
        switch last {
        case .nothing: return (502, .cellLost(cells))
        case .reply(let status):
            return (
                max(status, 500),
                DataProblem(
                    "service-failed", title: "The service failed", detail: "\(cells); the last said \(status).",
                    // That it says when to come back makes it no shedding: so does every failure that is to be tried again.
                    policy: status == 502 || status == 504 ? "dependency" : "service")
            )
        case .refusal(let refusal, _): return (refusal?.status ?? 503, .refused(refusal, cells))
        }
    }

    /// Why it was not tried once more, where that is worth a word.
    static func remark(_ failure: CallFailure?) -> String {
        switch failure?.verdict {
        case .overBudget: " It was not tried again: the budget of retries is used up."
        case .unsafe: " It was not tried again, as it may have been carried out: send an Idempotency-Key."
        case .noTime: " It was not tried again: the wait before another attempt does not fit into its time."
        case .none?, .recovered, .exhausted, nil: ""
        }
    }
}

extension Refusal {
    /// It tells what became of the call under its key, and not merely that nothing was begun here.
    fileprivate var knowsTheKey: Bool {
        switch self {
        case .keyClaimed, .keyReused, .keyUnsettled, .keyAnswerCut: true
        default: false
        }
    }
}

extension DataProblem {
    /// - Parameter cells: who was asked; nil where nobody was.
    static func tooLate(_ cells: String?) -> DataProblem {
        DataProblem(
            "deadline", title: "Too little time was left",
            detail: cells.map { "\($0); none of them answered before the time that the request allows was over." }
                ?? "X-Deadline-Ms leaves less time than any answer takes. Nothing was begun.", policy: "deadline")
    }

    static func attemptTimeout(_ cells: String) -> DataProblem {
        DataProblem(
            "attempt-timeout", title: "No cell answered in time",
            detail: "\(cells); the last did not answer within its time limit.", policy: "attempt-timeout")
    }

    static func cellLost(_ cells: String) -> DataProblem {
        DataProblem(
            "cell-lost", title: "The cell went away while it worked",
            detail: "\(cells); the link to the last broke before it answered.", policy: "failover")
    }

    static func mayHaveBegun(_ cells: String) -> DataProblem {
        DataProblem(
            "cell-lost", title: "A cell went away while it worked",
            detail: "\(cells); one of them may have carried it out, and the last refused it.", policy: "failover")
    }

    static func linkFull(_ cells: String) -> DataProblem {
        DataProblem(
            "link-full", title: "The links to the cells can take no more",
            detail: "\(cells); the link to the last is full or gone. Nothing was begun.", policy: "admission")
    }

    static func shardDown(_ size: Int) -> DataProblem {
        DataProblem(
            "shard-down", title: "No cell of this customer's shard serves",
            detail: "None of the \(size) cells that hold this customer can be reached.", policy: "placement")
    }

    /// Of a refusal by a breaker that is closed: what it makes room for (C12).
    static func heldBack(for cause: some StringProtocol) -> String {
        " A part is held back at this gate because \(cause), which is needed behind it, is cut off."
    }

    /// No gate lets anything through.
    static func gateShut(_ policy: PolicyName, _ cells: String) -> DataProblem {
        switch policy {
        case .breaker:
            DataProblem(
                "breaker-open", title: "This service fails in the cells of this shard",
                detail: "\(cells); the breakers before the others are open, so that they recover. Nothing was begun "
                    + "there; repeat it after the time that Retry-After says.", policy: "breaker")
        default:
            DataProblem(
                "bulkhead-full", title: "Too many calls of this service are out",
                detail: "\(cells); no place is free before the others. Nothing was begun there; repeat it after the "
                    + "time that Retry-After says.", policy: policy.name)
        }
    }
}
