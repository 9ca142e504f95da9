import Chaos
import Evacuation
import MeshBase
import Reports
import Resilience
import Sharding
import Topology

/// What an action would do to a mesh: which cells are out for which router then, which calls come too late, and why it
/// would be refused. `Predictor` makes the figures of it.
///
/// Customers come through routers, so a path that is cut counts where a router lies at one end of it; what is cut between
/// cells alone delays hints and refills, and costs no customer. Of several routers the worst is told for each customer.
struct ActionForecast {
    /// Out for every router.
    var out: CellSet
    /// Routers that run, and what each does not reach beside `out`.
    var cut: [String: CellSet]
    /// Cells of which some service does not answer: their customers fare worse, and none is lost.
    var impaired = CellSet()
    /// Cells that keep nothing more: writes of customers who have too few others are refused.
    var full = CellSet()
    /// By service that customers call: cells of which every call of it is refused. Where a customer has no other cell that
    /// serves, it has lost the service.
    var refused: [String: CellSet] = [:]
    var lateEdges: [[String]] = []
    var refusals: [PredictionReport.Refusal] = []
    var confirm = PredictionReport.Confirmation.click
    /// What is to be typed where it has to be.
    var word: String

    private let situation: MeshSituation
    private let nodes: WireNodes
    var topology: MeshTopology { situation.topology }

    /// The mesh as it is.
    init(_ situation: MeshSituation) {
        self.situation = situation
        nodes = WireNodes(situation.topology)
        out = situation.down
        cut = Dictionary(uniqueKeysWithValues: situation.routers.map { ($0, CellSet()) })
        word = situation.topology.name
        for fault in situation.faults { strike(fault.spec, isNew: false) }
        fill(situation.faults.map(\.spec))
    }

    /// The mesh after an action.
    init(_ request: PredictionRequest, _ situation: MeshSituation) {
        self.init(situation)
        if request.targets.count == 1 { word = Self.bare(request.targets[0]) }
        guard let action = PredictionRequest.Action(rawValue: request.action) else {
            let known = PredictionRequest.Action.allCases.map(\.rawValue)
            refuse(
                "unknown-action", "there is no action '\(request.action.prefix(64))'", asWritten: request.action, known)
            return
        }
        if situation.isHalted, ![.resume, .restart, .heal, .breaker, .degrade].contains(action) {
            refuse("halted", "a halt is in force: nothing is begun before 'cellmesh halt --release'")
        }
        if let lease = request.options?.lease { check(lease, of: action) }
        switch action {
        case .kill, .pause, .resume, .restart: processes(action, request.targets)
        case .fault, .partition: fault(request, isPartition: action == .partition)
        case .heal: heal(request.targets)
        case .evacuate: confirm = .type
        case .restore: break
        case .breaker: breaker(request)
        case .degrade: degrade(request)
        // Of several actions, which whoever knows the drill predicts one by one.
        case .drill: refuse("unknown-drill", "there are no drills here")
        }
    }

    private static func bare(_ target: String) -> String {
        target.split(separator: "/").last.map(String.init) ?? target
    }

    /// Cells that are out, or that no router reaches. Where no router runs nothing is said of what it would reach.
    var outForAll: CellSet {
        guard let first = cut.values.first else { return out }
        var all = out
        for cell in first where cut.values.allSatisfy({ $0.contains(cell) }) { all.insert(cell) }
        return all
    }

    /// Whether some service is refused by all cells of a shard that serve.
    func losesService(_ shard: Shard, dead: CellSet) -> Bool {
        guard !refused.isEmpty else { return false }
        let serving = (0..<shard.count).map { shard[$0] }.filter { !dead.contains($0) }
        return !serving.isEmpty && refused.values.contains { cells in serving.allSatisfy { cells.contains($0) } }
    }

    mutating func refuse(_ code: String, _ detail: String) { refusals.append(.init(code, detail)) }

    /// The same of a word that is none of those known, with the nearest of them.
    mutating func refuse(_ code: String, _ detail: String, asWritten word: String, _ known: [String]) {
        let hint = NearestWord.hint(for: word, among: known, listing: "there are")
        refuse(code, detail + (hint.map { "; \($0)" } ?? ""))
    }

    /// What the action itself would say of the time that it is to last; of faults their own request says it.
    private mutating func check(_ lease: Int64, of action: PredictionRequest.Action) {
        switch action {
        case .fault, .partition: break
        case .kill, .pause, .resume, .restart, .heal, .evacuate, .restore, .drill:
            if let refusal = FaultRequest.refusal(lease: lease, of: action.rawValue) {
                refuse("lease", refusal.message)
            }
        case .breaker, .degrade:
            let longest = BreakerEntry.longestTime.nanoseconds / 1_000_000
            if !(1...longest).contains(lease) {
                refuse("lease", "what is set by hand lasts from 1 ms to 366 days: --for (for_ms of the API)")
            }
        }
    }

    // MARK: Processes

    private mutating func processes(_ action: PredictionRequest.Action, _ targets: [String]) {
        if targets.isEmpty { refuse("no-target", "name what is to be \(action.rawValue)ed") }
        let harms = action == .kill || action == .pause
        if !harms { confirm = .none }
        for word in targets {
            let target: TargetSelector
            let processes: [ProcessName]
            do throws(UnknownTarget) {
                target = try TargetSelector(word, in: topology)
                processes = try target.processes(in: topology)
            } catch {
                refuse("unknown-target", error.description)
                continue
            }
            if case .control = target, action != .kill {
                refuse("control", "the control plane can be killed, and nothing else")
                continue
            }
            if target.isPlace, harms { confirm = .type }
            for process in processes { act(on: process, harms: harms) }
        }
    }

    private mutating func act(on process: ProcessName, harms: Bool) {
        switch process.role {
        case .cell:
            guard let cell = topology.cellIndex(named: process.name) else { return }
            if harms { out.insert(cell) } else { out.remove(cell) }
        case .router:
            if harms {
                cut[process.name] = nil
            } else if cut[process.name] == nil {
                cut[process.name] = CellSet()
            }
        case .control: break
        }
    }

    // MARK: Faults

    private mutating func fault(_ request: PredictionRequest, isPartition: Bool) {
        let options = request.options
        var wish = FaultRequest(kind: isPartition ? "partition" : options?.kind ?? "", targets: request.targets)
        wish.isOneWay = options?.isOneWay ?? false
        wish.delay = options?.delay.map { TimeAmount(seconds: $0 / 1_000) }
        wish.jitter = options?.jitter.map { TimeAmount(seconds: $0 / 1_000) }
        wish.distribution = options?.distribution
        wish.rate = options?.rate
        wish.bandwidth = options?.bandwidth
        wish.status = options?.status
        wish.amount = options?.amount.map { TimeAmount(seconds: $0 / 1_000) }
        if let lease = options?.lease { wish.lease = TimeAmount.milliseconds(1) * lease }
        do throws(FaultRequest.Refusal) {
            let fault = try wish.fault(id: "", topology: topology, now: ClockReading(wall: 0))
            strike(fault.spec, isNew: true)
            fill(situation.faults.map(\.spec) + [fault.spec])
            if fault.targets.contains(where: \.isPlace) { confirm = .type }
        } catch {
            refuse("fault", error.message)
        }
    }

    private mutating func heal(_ ids: [String]) {
        confirm = .none
        let known = Set(situation.faults.map(\.id))
        for id in ids where !known.contains(id) { refuse("unknown-fault", "there is no fault '\(id.prefix(64))'") }
        // What stays is struck anew; cells that are down are so whoever cut them off, and come back by themselves.
        for router in cut.keys { cut[router] = CellSet() }
        impaired = CellSet()
        for fault in situation.faults where ids.isEmpty || ids.contains(fault.id) {
            for process in held(by: fault.spec) { act(on: process, harms: false) }
        }
        let left = situation.faults.filter { !ids.isEmpty && !ids.contains($0.id) }.map(\.spec)
        for fault in left { strike(fault, isNew: false) }
        fill(left)
    }

    /// The disks that all of some faults have filled.
    private mutating func fill(_ faults: [FaultSpec]) { full = CellSet(FullDisks(faults, topology).cells) }

    private mutating func strike(_ fault: FaultSpec, isNew: Bool) {
        switch fault.action {
        case .wire(let wire): strike(wire, fault, isNew: isNew)
        case .service: strikeServices(fault, isNew: isNew)
        case .cell(let cell):
            // What is slow or forgets serves its customers; what answers nothing, or wrongly, serves none.
            switch cell {
            case .zombie, .flap, .lie:
                for process in fault.targets.flatMap({ (try? $0.processes(in: topology)) ?? [] }) {
                    act(on: process, harms: true)
                }
            case .fillMemory: strikeServices(fault, isNew: isNew)
            case .slow, .amnesia: break
            }
        case .process: for process in held(by: fault) { act(on: process, harms: true) }
        case .disk, .clock: break
        }
    }

    /// The processes that a kill or a pause keeps from serving.
    private func held(by fault: FaultSpec) -> [ProcessName] {
        guard fault.action == .kill || fault.action == .pause else { return [] }
        return fault.targets.flatMap { (try? $0.processes(in: topology)) ?? [] }
    }

    private mutating func strike(_ wire: FaultAction.Wire, _ fault: FaultSpec, isNew: Bool) {
        var delay: TimeAmount?
        var isCut = fault.kind.cuts
        switch wire {
        case .latency(let latency): delay = latency.base + latency.jitter
        case .loss(let rate), .reset(let rate): isCut = rate >= 1
        case .datagramLoss, .duplicate, .reorder, .bandwidth, .blackhole, .partition, .clog: break
        }
        guard isCut || delay != nil else { return }
        for (number, node) in nodes.all.enumerated() where node.role == .router && cut[node.name] != nil {
            for (position, cell) in topology.cells.enumerated() {
                let there = nodes.number(of: CellIndex(position))
                let ways = [(number, there), (there, number)].count {
                    WireRules.strikes(fault, from: $0.0, to: $0.1, nodes)
                }
                guard ways > 0 else { continue }
                // A request and its answer take both ways.
                let isLate = delay.map { $0 * ways >= topology.routing.attemptTimeout } ?? false
                if isCut || isLate { cut[node.name]?.insert(CellIndex(position)) }
                if isLate, isNew { add(edge: [node.name, cell.name]) }
            }
        }
    }

    private mutating func strikeServices(_ fault: FaultSpec, isNew: Bool) {
        let strike = ServiceStrike(fault, topology)
        impaired.formUnion(CellSet(strike.cells))
        guard isNew else { return }
        for call in strike.lateCalls {
            for from in call.from.map({ [$0] }) ?? cut.keys.sorted() { add(edge: [from, call.to]) }
        }
    }

    /// Most edges of an answer.
    private static let mostEdges = 256

    private mutating func add(edge: [String]) {
        if lateEdges.count < Self.mostEdges, !lateEdges.contains(edge) { lateEdges.append(edge) }
    }
}
