import Checkers
import MeshBase
import Sharding
import Topology
import Wire

/// What the clients were promised and told, handed to the oracles as it happens.
struct ClientLedger {
    private(set) var registers = RegisterChecker()
    private(set) var writes = AcknowledgedWrites()
    private(set) var sessions = SessionChecker()
    private(set) var siblings = SiblingClients()
    var keys = KeyChecker()
    var answers = SimAnswers()
    var impact: ImpactOracle
    private(set) var requests = 0
    private(set) var ok = 0
    /// Answers that said no.
    private(set) var refused = 0
    /// No answer, or one that leaves the outcome open.
    private(set) var unknown = 0
    var dropped = 0
    var malformed = 0
    /// A customer's last records may be deleted, so they need not be there at the end.
    private var kept = Int.max

    /// What every store promises, by key; nil without a store.
    let tiers: [StoreSettings.Tier?]
    /// Keys that keep siblings.
    private let keepsSiblings: [Bool]

    init(_ topology: MeshTopology, load: SimLoad, placement: Placement, isClear: Bool) {
        let prefixes = topology.keyPrefixes
        tiers = (0..<max(load.records, 1)).map { topology.tier(ofKey: MeshTopology.key($0, prefixes: prefixes)) }
        keepsSiblings = (0..<max(load.records, 1)).map { number in
            let key = MeshTopology.key(number, prefixes: prefixes)
            return topology.blueprints.contains {
                ($0.store?.conflictHandling(ofKey: key) ?? .lastWriterWins) != .lastWriterWins
            }
        }
        impact = ImpactOracle(topology, placement: placement, isClear: isClear)
    }

    /// Some keys keep siblings.
    var hasSiblings: Bool { keepsSiblings.contains(true) }

    /// Records that have to be read back.
    var recordsToRead: [RecordID] { (writes.recordsToRead + siblings.checker.recordsToRead).sorted() }

    private func isSibling(_ request: SimRequest) -> Bool { request.action != nil && keepsSiblings[request.key] }

    /// A request may carry its customer's session, and a write of a key that keeps siblings supersede what was read.
    ///
    /// - Parameter isFree: no other request carries the session.
    mutating func prepare(_ request: inout SimRequest, isFree: Bool) {
        if isFree, promisesSession(request) { request.hasSession = true }
        if isSibling(request) { siblings.prepare(&request) }
    }

    /// The tiers of the keys that are asked for.
    var tiersInUse: Set<StoreSettings.Tier> { Set(tiers.compactMap { $0 }) }

    /// Where some keys have sessions, requests for all that are kept carry them: for tier critical they change nothing.
    private func promisesSession(_ request: SimRequest) -> Bool {
        request.action != nil && !request.isReadBack && !isSibling(request) && tiers[request.key] != .cache
            && tiers.contains(.important)
    }

    /// Since when what was acknowledged to customers is given up.
    private var givenUp: [CustomerHash: Instant] = [:]

    /// An operator has given up what dead cells hold of these customers.
    mutating func gaveUp(_ customers: [CustomerHash], now: Instant) {
        for customer in customers { givenUp[customer] = now }
        let given = Set(customers)
        keys.giveUp { $0.withUnsafeBytes { given.contains(CustomerHash($0)) } }
        writes.giveUp { given.contains(CustomerHash(number: SimRequest.customer(of: $0))) }
    }

    /// When what a disk alone had of a record was lost with it.
    private var lostAt: [RecordID: Instant] = [:]

    /// The newest of a record was on one disk alone, and is gone with it: nothing that was acknowledged so far is asked for.
    mutating func lost(_ record: RecordID, now: Instant) {
        lostAt[record] = now
        writes.giveUp { $0 == record }
    }

    /// Siblings that one disk alone had are gone with it.
    mutating func lostSiblings(_ values: [UInt64], of record: RecordID) { siblings.excuse(record, values) }

    /// Sent before what its customer had was given up.
    private func isGivenUp(_ request: SimRequest) -> Bool {
        !givenUp.isEmpty && givenUp[CustomerHash(number: request.customer)].map { request.sent <= $0 } ?? false
    }

    /// Only tier critical promises one register per record.
    private func isRegister(_ request: SimRequest) -> Bool {
        tiers[request.key] == .critical
            && (givenUp.isEmpty || givenUp[CustomerHash(number: request.customer)] == nil)
    }

    mutating func invoked(_ request: SimRequest, load: SimLoad) {
        kept = load.records - 2
        if !request.isReadBack { requests += 1 }
        if let action = request.action, request.hasSession {
            sessions.invoke(
                request.operation,
                History.Invocation(client: UInt64(request.customer), record: request.record, action: action))
        }
        // Whoever deletes: what others have seen may be gone then.
        if request.kind == .delete, !request.hasSession, !isSibling(request) {
            sessions.invokeDeletion(request.operation, of: request.record)
        }
        if let action = request.action, isRegister(request) {
            registers.invoke(request.operation, action, on: request.record)
        }
    }

    /// - Returns: false for a read-back that has to be tried again.
    mutating func completed(_ request: SimRequest, _ answer: SimAnswer, now: Instant) -> Bool {
        let outcome: History.Outcome
        switch answer {
        case .refused:
            outcome = .failed
        case .lost:
            outcome = request.isMutation ? .unknown : .failed
        case .response(let response, let bytes):
            outcome = Self.outcome(of: request, response, bytes)
            if !request.isReadBack { note(request, response, bytes, now: now) }
        }
        count(request, answer, outcome)
        guard request.action != nil else { return true }
        if isSibling(request) {
            guard case .response(let response, let bytes) = answer else { return !request.isReadBack }
            return siblings.completed(request, response, bytes)
        }
        sessions.complete(request.operation, outcome)
        if isGivenUp(request) {
            // Not known to the checker any more, or under way when it was given up.
            registers.complete(request.operation, request.isMutation ? .unknown : .failed)
            return true
        }
        if isRegister(request) { registers.complete(request.operation, outcome) }
        if request.isReadBack { return readBack(request, outcome) }
        // Also what was on its way to the client when the disk went.
        if let lost = lostAt[request.record], request.sent <= lost { return true }
        if request.kind == .write, request.key < kept, tiers[request.key] != .cache {
            switch outcome {
            case .acknowledged(let version):
                writes.acknowledged(
                    request.record, value: request.number, version: version, began: request.sent, ended: now)
            case .unknown:
                writes.unknown(request.record, value: request.number)
            default:
                break
            }
        }
        return true
    }

    private mutating func count(_ request: SimRequest, _ answer: SimAnswer, _ outcome: History.Outcome) {
        guard !request.isReadBack else { return }
        switch answer {
        case .refused: refused += 1
        case .lost: unknown += 1
        case .response(let response, _):
            if response.status <= 300 || response.status == 404 && outcome != .failed {
                ok += 1
            } else if outcome == .unknown {
                unknown += 1
            } else {
                refused += 1
            }
        }
    }

    private mutating func readBack(_ request: SimRequest, _ outcome: History.Outcome) -> Bool {
        switch outcome {
        case .found(let version, let value): writes.readBack(request.record, .found(version, value: value))
        case .missing: writes.readBack(request.record, .missing)
        default: return false
        }
        return true
    }

    private mutating func note(
        _ request: SimRequest, _ response: HTTPResponse, _ bytes: UnsafeRawBufferPointer, now: Instant
    ) {
        let shard = response.shard.isPresent ? SimValue.shard(response.shard.bytes(in: bytes)) : nil
        impact.note(request, status: response.status, shard: shard, now: now)
    }

    /// What an answer says of the operation.
    static func outcome(
        of request: SimRequest, _ response: HTTPResponse, _ bytes: UnsafeRawBufferPointer
    ) -> History.Outcome {
        let version =
            response.etag.isPresent
            ? SimValue.version(response.etag.bytes(in: bytes)).map {
                VersionWitness(counter: $0.counter, writer: $0.writer)
            }
            : nil
        switch (request.kind, response.status) {
        case (.read, 200):
            guard let version, let value = SimValue.parse(response.body.bytes(in: bytes)) else {
                // Bytes that no client has written: a value of nobody's.
                return .found(version ?? .none, value: .max)
            }
            return .found(version, value: value)
        case (.read, 404):
            return .missing(version ?? .none)
        case (.write, 200..<300), (.delete, 200..<300):
            return version.map { .acknowledged($0) } ?? .unknown
        case (.write, 504), (.delete, 504):
            return .unknown
        default:
            return .failed
        }
    }
}
