import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// What a client asks of an answer, and what its tier gives; the table is `ConsistencyChoice`.
extension RouterNode {
    struct RecordTerms {
        var rule: QuorumRule
        var session: RouterOperation.ClientSession?
    }

    /// Nil where the request was refused.
    mutating func terms(
        of request: DataRequest, tier: StoreSettings.Tier, _ kind: RegisterOperation.Kind, shard: Shard,
        into sink: inout some RouterSink
    ) -> RecordTerms? {
        var session: RouterOperation.ClientSession?
        if let token = request.session {
            let isNew = token.elementsEqual(UnsafeRawBufferPointer(start: SessionSeal.new.utf8Start, count: 3))
            let read = isNew ? SessionRecord(customer: request.customer) : sessionSeal.read(token)
            guard let record = read, record.customer == request.customer else {
                counters.sessionsRefused += 1
                refuse(
                    request.id, status: 400, shard: shard, customer: request.customer,
                    .unknownSession(isOther: read != nil), into: &sink)
                return nil
            }
            session = RouterOperation.ClientSession(record: record, key: Self.keyHash(request))
        }
        switch ConsistencyChoice(request.consistency, tier: tier, hasSession: session != nil, writes: kind != .read) {
        case .inForce(let chosen, let isInForce):
            session?.isInForce = isInForce
            return RecordTerms(rule: request.consistency == nil ? quorum ?? chosen : chosen, session: session)
        case .refused(let reason):
            counters.levelsRefused += 1
            refuse(
                request.id, status: 400, shard: shard, customer: request.customer,
                .notOffered(reason, request.consistency, tier), into: &sink)
            return nil
        }
    }

    /// Of what the key means, however it is written.
    static func keyHash(_ request: DataRequest) -> UInt64 {
        guard request.keyIsEncoded, let key = HTTPName.decode(request.key) else { return StableHash.hash(request.key) }
        return key.withUnsafeBytes { StableHash.hash($0) }
    }
}

extension DataProblem {
    static let behindSession = DataProblem(
        "behind-session", title: "No cell that answers has what this session has seen",
        detail:
            "Cells that have it are away. Ask again later with the same X-Session, or without it for what is there now.",
        policy: "consistency")

    /// - Parameter isOther: it is a session of this mesh.
    static func unknownSession(isOther: Bool) -> DataProblem {
        DataProblem(
            "unknown-session", title: "This is no session of this customer",
            detail: (isOther
                ? "X-Session was given out for another customer" : "X-Session is not what this mesh gave out")
                + ". Nothing was changed; send back what came with the last answer for this customer, or 'new' to begin one.",
            policy: "consistency")
    }

    /// What is refused, and what there is.
    static func notOffered(
        _ reason: ConsistencyChoice.Reason, _ level: Consistency?, _ tier: StoreSettings.Tier
    ) -> DataProblem {
        let asked = level.map { "X-Consistency: \($0.name)" } ?? "X-Session"
        let detail =
            switch reason {
            case .notOfTier:
                "\(asked) is more than tier \(tier.rawValue) promises to this key. It offers eventual and weak, without a session."
            case .needsSession:
                "\(asked) is about what a client has seen: send X-Session, 'new' with the first request and then what came"
                    + " with the last answer."
            case .contradiction:
                "\(asked) promises less than the X-Session that came with it. Leave out one of the two."
            }
        return DataProblem(
            "consistency-not-offered", title: "This consistency is not offered",
            detail: detail + " Nothing was changed.",
            policy: "consistency")
    }
}
