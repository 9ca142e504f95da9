import MeshBase
import Resilience
import Sharding
import Topology

/// What a router shares between requests: of each service of a blueprint's cells the scope of its calls and what compares
/// the cells, and of each cell and service that is called the gate. Gates are made at first use and never more than cells
/// times names; slot 0 is that of the records.
struct RouterGates {
    /// What holds for one service of the cells of one blueprint, or for their records. Cells of one blueprint are alike;
    /// of those of another nothing follows for them.
    struct Kind {
        let gate: GatePolicy
        /// False where nothing is asked of a gate: no gate is made.
        let isGated: Bool
        let ejectionPolicy: EjectionPolicy?
        /// Of a request that names no class.
        let usual: Priority
        /// No request has a higher class.
        let ceiling: Priority
        /// `NODE/SERVICE` in events.
        let name: String
        /// From when on an answer is slow by the objective of its cells; never where they have none.
        let slow: TimeAmount
    }

    /// The gate of one cell and service.
    struct Place {
        let cell: CellIndex
        let kind: Int
        let slot: Int
    }

    let names: [String]
    /// How often gates that foresee failures take samples; nil: none does.
    private(set) var sampleEvery: TimeAmount?
    private let slots: [UInt64: Int]
    private(set) var kinds = InPlaceArray<Kind>()
    /// By kind.
    var scopes: [CallScope] = []
    var ejections: [OutlierEjection] = []
    var limiters: [RateLimiter?] = []
    var values: [ValueBreaker?] = []
    var gates = InPlaceArray<TargetGate>()
    private(set) var places: [Place] = []
    /// By cell and slot; -1 for none yet.
    private var index: [Int32]
    /// By cell.
    private var blueprints: [Int]
    private let node: String
    private let salt: UInt64

    /// Whether a gate would turn an attempt away. This is asked for every cell of every request.
    @inline(__always)
    func isBlocking(_ gate: Int, _ priority: Priority, now: Instant) -> Bool {
        withUnsafePointer(to: kinds[places[gate].kind].gate) { policy in
            withUnsafePointer(to: gates[gate]) {
                TargetGate.isBlocking($0, policy, priority: priority, now: now)
            }
        }
    }

    init(_ policies: RouterPolicies, _ topology: MeshTopology, node: String, seed: UInt64, now: Instant) {
        var names = ["records"]
        var slots: [UInt64: Int] = [:]
        for service in topology.blueprints.flatMap(\.services) where slots[StableHash.hash(service.name)] == nil {
            slots[StableHash.hash(service.name)] = names.count
            names.append(service.name)
        }
        self.names = names
        self.slots = slots
        self.node = node
        salt = seed
        blueprints = topology.cells.map(\.blueprint)
        index = Array(repeating: -1, count: topology.cells.count * names.count)
        for (number, blueprint) in topology.blueprints.enumerated() {
            let own = policies.blueprints[number]
            add(
                own.records, "records", ejection: nil, priority: blueprint.store?.priority,
                slow: blueprint.objectives?.p99, now: now)
            for name in names.dropFirst() {
                guard let service = blueprint.services.firstIndex(where: { $0.name == name }) else {
                    addUnknown(name, topology, now: now)
                    continue
                }
                let settings = own.services[service]
                add(
                    settings.gate, name, ejection: settings.ejection,
                    priority: blueprint.services[service].priority, rate: settings.rate, value: settings.value,
                    slow: blueprint.objectives?.p99, now: now)
            }
        }
        addUnknown("unknown", topology, now: now)
    }

    private mutating func add(
        _ settings: GateSettings, _ name: String, ejection: EjectionPolicy?, priority: Priority?,
        rate: RateLimitPolicy? = nil, value: ValuePolicy? = nil, slow: TimeAmount?, now: Instant
    ) {
        let gate = settings.gate
        let isGated =
            gate.hasBreaker || gate.hasThrottle || gate.timeout != nil || gate.queue != nil
            || gate.bulkhead.concurrent < GatePolicy.off.bulkhead.concurrent
        kinds.append(
            Kind(
                gate: gate, isGated: isGated, ejectionPolicy: ejection, usual: priority ?? .normal,
                ceiling: priority ?? .critical, name: "\(node)/\(name)",
                slow: slow ?? .nanoseconds(.max)))
        if let predictor = gate.predictor { sampleEvery = min(sampleEvery ?? predictor.every, predictor.every) }
        scopes.append(CallScope(settings.plan))
        ejections.append(OutlierEjection(ejection ?? .local, now: now))
        limiters.append(rate.map { RateLimiter(policy: $0) })
        values.append(value.map { ValueBreaker(policy: $0, now: now) })
    }

    /// A service that these cells do not have: they are asked, once each, as they may know better.
    private mutating func addUnknown(_ name: String, _ topology: MeshTopology, now: Instant) {
        kinds.append(
            Kind(
                gate: .off, isGated: false, ejectionPolicy: nil, usual: .normal, ceiling: .critical,
                name: "\(node)/\(name)", slow: .nanoseconds(.max)))
        scopes.append(CallScope(.off(isSpread: true, timeout: topology.routing.requestTimeout)))
        ejections.append(OutlierEjection(.local, now: now))
        limiters.append(nil)
        values.append(nil)
    }

    mutating func grow(_ topology: MeshTopology) {
        blueprints = topology.cells.map(\.blueprint)
        index += Array(repeating: -1, count: topology.cells.count * names.count - index.count)
    }

    /// The slot of a service; -1 where no blueprint has it.
    func slot(ofService hash: UInt64) -> Int { slots[hash] ?? -1 }

    /// The slot of a kind; -1 for services that no blueprint has.
    @inline(__always)
    func slot(ofKind kind: Int) -> Int { kind == kinds.count - 1 ? -1 : kind % names.count }

    /// What holds for a service of the cells that are like this one.
    @inline(__always)
    func kind(_ cell: CellIndex, _ slot: Int) -> Int {
        slot < 0 ? kinds.count - 1 : blueprints[cell.position] * names.count + slot
    }

    /// Whether a kind is one of this cell's.
    func holds(_ kind: Int, for cell: CellIndex) -> Bool { kind / names.count == blueprints[cell.position] }

    /// The gate of a cell and service where there is one already; -1 otherwise.
    @inline(__always)
    func known(_ cell: CellIndex, _ slot: Int) -> Int {
        slot < 0 ? -1 : Int(index[cell.position * names.count + slot])
    }

    /// The gate of a cell and service, made where there is none yet; -1 where nothing is asked of one.
    @inline(__always)
    mutating func gate(_ cell: CellIndex, _ slot: Int, now: Instant) -> Int {
        let known = known(cell, slot)
        return known >= 0 || slot < 0 ? known : make(cell, slot, now: now)
    }

    @inline(never)
    private mutating func make(_ cell: CellIndex, _ slot: Int, now: Instant) -> Int {
        let kind = kind(cell, slot)
        guard kinds[kind].isGated else { return -1 }
        let place = cell.position * names.count + slot
        index[place] = Int32(gates.count)
        gates.append(
            TargetGate(kinds[kind].gate, now: now, salt: StableHash.combine(salt, UInt64(place))))
        places.append(Place(cell: cell, kind: kind, slot: slot))
        return gates.count - 1
    }

    /// The class that policies go by: as the client asks, but no higher than its service allows.
    func priority(_ asked: Priority?, kind: Int) -> Priority {
        guard let asked else { return kinds[kind].usual }
        return Priority(rawValue: max(asked.rawValue, kinds[kind].ceiling.rawValue)) ?? asked
    }
}
