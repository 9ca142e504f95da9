import MeshBase
import Resilience
import Topology
import Wire

/// What failures of the services that clients call become (C25), and the last good answers that may stand in for them.
extension ServiceGraph {
    /// Under what the answer of a call is kept: nil where it is no GET, or where nothing of it ever stands in. A program answers
    /// paths differently.
    func keeping(
        _ service: Int, customer: CustomerHash, isRead: Bool, path: [UInt8]?
    ) -> CustomerHash? {
        guard isRead, mayBeStale[service] else { return nil }
        guard let path, !path.isEmpty else { return customer }
        return path.withUnsafeBytes { CustomerHash(rawValue: StableHash.hash($0, seed: customer.rawValue)) }
    }

    /// Of edges and of services that clients call.
    var allTransformers: [FailureTransformer?] { transformers.joined() + entryTransformers }

    /// A failure is to be answered, and is counted with what it becomes.
    ///
    /// - Returns: the last good answer, where that stands in; nil: it is told as it is.
    mutating func transform(_ end: End, now: Instant) -> KeptAnswer? {
        // Of a call under a key its claim decides: it may be put off.
        if case .asker(.claim) = end.owner { return nil }
        let narrower = transformation(of: end)
        guard let cause = end.outcome.cause(end.blame),
            let failure = entryTransformers[end.service]?.begin(
                cause, by: narrower, isEntry: true, isRead: end.kept != nil, isRepeatable: false)
        else { return nil }
        guard failure.wanted == .stale, let key = end.kept,
            let found = answers?.last(edge: Self.entry(end.service), customer: key, now: now),
            let answer = KeptAnswer(found.answer)
        else {
            entryTransformers[end.service]?.settle(failure, as: .tryAgain)
            return nil
        }
        entryTransformers[end.service]?.settle(failure, as: .stale)
        return answer
    }

    /// A failure of a call under a key; it is settled once.
    mutating func beginTransforming(_ end: End, _ cause: FailureCause) -> FailureTransformer.Failure? {
        let narrower = transformation(of: end)
        return entryTransformers[end.service]?.begin(
            cause, by: narrower, isEntry: true, isRead: false, isRepeatable: true)
    }

    /// What the service's failures become where it failed for a call at which that is written: the narrower holds; nil
    /// elsewhere. A call cannot be put off by itself, for its caller needs its answer: the client's is.
    private func transformation(of end: End) -> TransformationPolicy? {
        let calls = services[end.service].calls
        guard let edge = calls.indices.first(where: { end.results[$0] == .failed || end.results[$0] == .shed }),
            let written = calls[edge].policies?.failure, var policy = entryTransformers[end.service]?.policy
        else { return nil }
        if let word = written.timeout { policy.timeout = Transformed(word) }
        if let word = written.connection { policy.connection = Transformed(word) }
        if let word = written.limit { policy.limit = Transformed(word) }
        return policy
    }

    mutating func settle(_ failure: FailureTransformer.Failure, as outcome: Transformed, of service: Int) {
        entryTransformers[service]?.settle(failure, as: outcome)
    }

    /// Remembers an answer that was good.
    mutating func keep(_ answer: KeptAnswer, of end: End, now: Instant) {
        guard let key = end.kept else { return }
        let bytes = answer.encoded()
        answers?.keep(
            bytes, edge: Self.entry(end.service), customer: key, bytes: bytes.count + Self.answerBytes, now: now)
    }

    /// Beside the edges in one store.
    private static func entry(_ service: Int) -> UInt32 { 1 << 31 | UInt32(service) }
}

/// What a client was answered, as it is kept: status, kind and body.
struct KeptAnswer: Equatable {
    var status: UInt16
    var isJSON: Bool
    var body: [UInt8]

    init(status: UInt16, isJSON: Bool, body: [UInt8]) {
        self.status = status
        self.isJSON = isJSON
        self.body = body
    }

    /// Nil for what is none.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 3 else { return nil }
        self.init(
            status: UInt16(bytes[0]) << 8 | UInt16(bytes[1]), isJSON: bytes[2] == 1, body: Array(bytes.dropFirst(3)))
    }

    func encoded() -> [UInt8] { [UInt8(status >> 8), UInt8(status & 0xFF), isJSON ? 1 : 0] + body }
}

extension ServiceOutcome {
    /// What kind of failure the client would see; nil where it is none.
    func cause(_ blame: EdgeBlame?) -> FailureCause? {
        switch self {
        case .ok: nil
        case .answered(let status) where status < 500: nil
        case .timedOut: .timeout
        case .rejected, .shed: .limit
        case .noProgram, .programLost: .connection
        case .failed, .faulted, .answered: .other
        case .dependency: FailureCause(.unavailable, by: blame?.policy)
        // What is switched off is no failure that could be put off.
        case .cancelled, .givenUp: nil
        }
    }
}
