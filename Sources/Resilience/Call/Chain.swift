/// In which order the policies stand around a call. The engine goes by it; `policies ls` shows it.
public enum PolicyOrder: UInt8, Sendable, CaseIterable {
    /// Retry outside of breaker and bulkhead: each attempt asks the gate and is counted by it.
    case cellmesh
    /// Bulkhead and breaker outside of retry: one permit and one result for all attempts of a call.
    case seeds
    /// As `seeds`, but every attempt is counted.
    case orchestra
}

/// Where a chain stands.
public enum PolicyPlace: UInt8, Sendable, CaseIterable {
    case router, cell, edge, store
}

/// The policies of one place, from the outermost to what they guard.
public struct Chain: Sendable {
    /// One policy in its place.
    public struct Layer: Sendable {
        /// As in the catalogue of policies.
        public let name: StaticString
        /// Its ids in it.
        public let ids: StaticString
        /// Why it stands here and not further in or out.
        public let why: StaticString

        init(_ name: StaticString, _ ids: StaticString, _ why: StaticString) {
            self.name = name
            self.ids = ids
            self.why = why
        }
    }

    /// What asks a gate, or is counted by it.
    public enum Unit: UInt8, Sendable {
        case call, attempt
    }

    /// From the outermost on.
    public let layers: [Layer]
    /// What asks bulkhead and breaker for a permit, and holds it to its end.
    public let gates: Unit
    /// What the breaker counts.
    public let records: Unit

    /// The chain of a place. Of a router there is one order only: a gate is one cell's, a call goes to several.
    public init(_ place: PolicyPlace, order: PolicyOrder = .cellmesh) {
        switch place {
        case .router: self.init(Self.router, .cellmesh)
        case .cell: self.init(Self.cell, .cellmesh)
        case .store: self.init(Self.store, .cellmesh)
        case .edge:
            switch order {
            case .cellmesh: self.init(Self.edge, order)
            case .seeds: self.init(Self.seeds, order)
            case .orchestra: self.init(Self.orchestra, order)
            }
        }
    }

    private init(_ layers: [Layer], _ order: PolicyOrder) {
        self.layers = layers
        gates = order.gates
        records = order.records
    }

    static let router: [Layer] = [
        Layer("deadline", "C3", "what cannot end in time costs nothing else"),
        Layer("admission", "C30 C18 C17", "what is shed has taken no token of any limit"),
        Layer("value and rate limits", "C13", "a client's own limit is no load of others"),
        Layer("throttle", "C35", "refused here, a request that would be refused there costs no hop"),
        Layer("retry", "C4 C5", "outside of the choice of cell: another attempt chooses anew"),
        Layer("hedge", "C6", "inside of retry: each attempt may have a second one beside it"),
        Layer("choice of cell", "C36", "before the gate, which is the cell's"),
        Layer("bulkhead", "C14 C34", "outside of the breaker: what waits for room has not been let through yet"),
        Layer("breaker", "C8-C12", "asked last, so that each permit is followed by an attempt that it counts"),
        Layer("attempt timeout", "C1 C2", "inside of the breaker, which has to see that it ran out"),
    ]

    static let cell: [Layer] = [
        Layer("epoch", "-", "who is not to serve the customer does nothing for it"),
        Layer("transformation", "C25", "outside of all that can fail"),
        Layer("idempotency", "C7", "before any work: what was done is answered, also under load"),
        Layer("adaptive shedding", "C18", "the whole cell's, before that of one pool"),
        Layer("load shedding", "C17", "before the queue that it keeps short"),
        Layer("pool", "C14 C19", "a worker is held by work only"),
        Layer("work", "-", "what all of it guards"),
    ]

    static let edge: [Layer] = [
        Layer("flag, level", "C27 C21", "what is switched off is not called at all"),
        Layer("request cache", "C28", "what is known is not asked for"),
        Layer("fallback, transformation", "C20 C25", "outside of all that can fail, and never in the cache"),
        Layer("deadline", "C3", "before the retries, which all share it"),
        Layer("throttle", "C35", "once a call: its retries have the budget"),
        Layer("retry", "C4 C5", "outside of the gate: a permit is not held through a backoff"),
        Layer("hedge", "C6", "inside of retry: each attempt may have a second one beside it"),
        Layer("bulkhead", "C31 C14", "outside of the breaker: what waits for room has not been let through yet"),
        Layer("breaker", "C8-C12", "each attempt is a result, so that one call of three attempts is three failures"),
        Layer("attempt timeout", "C1 C2", "inside of the breaker, which has to see that it ran out"),
        Layer("callee's load and pool", "C17 C19", "what guards the callee from all of its callers"),
    ]

    static let seeds: [Layer] = [
        Layer("bulkhead", "C14", "a permit is held through all attempts and the waits between them"),
        Layer("breaker", "C8-C12", "outside of retry: one result a call"),
        Layer("retry", "C4 C5", "inside: what a retry mends the breaker never sees"),
        Layer("attempt timeout", "C1", "of each attempt"),
    ]

    static let orchestra: [Layer] = [
        Layer("readiness", "B7", "who is not ready is not called"),
        Layer("bulkhead", "C14 C15", "a permit is held through all attempts and the waits between them"),
        Layer("breaker", "C8-C12", "asked once a call; open: the fallback"),
        Layer("deadline", "C3", "of all attempts together"),
        Layer("retry", "C4 C5", "inside of the breaker, which counts every attempt all the same"),
        Layer("attempt timeout", "C1", "of each attempt, at most what remains"),
    ]

    static let store: [Layer] = [
        Layer("load shedding", "C17", "before the queue that it keeps short"),
        Layer("queue by priority", "-", "before the batch: what matters is in the next one"),
        Layer("batch", "-", "what is written together"),
    ]
}

extension PolicyOrder {
    /// What asks the gate. With a permit for each attempt a backoff holds none, and a retry meets a breaker that has opened
    /// in the meantime.
    @inlinable public var gates: Chain.Unit { self == .cellmesh ? .attempt : .call }
    /// What the gate counts. By attempts a target in trouble is seen sooner by as much as retries add.
    @inlinable public var records: Chain.Unit { self == .seeds ? .call : .attempt }

    /// The word in files: `order`.
    public var name: StaticString {
        switch self {
        case .cellmesh: "cellmesh"
        case .seeds: "seeds"
        case .orchestra: "orchestra"
        }
    }
}
