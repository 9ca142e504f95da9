import Alerts
import Chaos
import Evacuation
import Feed
import Membership
import MeshBase
import Nodes
import Reports
import Sharding
import Telemetry
import Topology

/// Writes a run down as the feed of a mesh: what a page would have been told, each second of virtual time.
///
/// It looks at the nodes and changes nothing: a run that is written down and one that is not have one trace.
package final class SimFeed {
    /// From one state to the next, in virtual time.
    static let period = TimeAmount.seconds(1)
    /// Until then a router may not have found a cell that has just begun to serve; as the control plane has it.
    private static let youth = TimeAmount.seconds(3)

    private let write: ([UInt8]) -> Void
    /// Nil where nobody reads the feed, and whoever drives the run has its states and events as they come.
    private var writer: RecordingWriter?
    private var mesh: Mesh?
    /// States so far.
    package private(set) var states = 0
    /// Bytes so far.
    package var bytes: Int { writer?.size ?? 0 }
    /// Told of each state, with the names of its cells.
    var onState: ((FeedState, [String]) -> Void)?
    /// Told of each event, as it happens.
    var onEvent: ((EventRecord) -> Void)?
    /// What routers have answered, as far as the last look has seen.
    var answered: AnswerTally { mesh?.model.tally ?? AnswerTally() }
    /// Why it ended: `full`, or as `end` was told.
    package private(set) var reason = ""

    /// What is made of one simulation.
    private struct Mesh {
        var model: LiveModel
        var coder: DeltaCoder
        var folder = EventFolder()
        var alerts: AlertEvaluator
        var order = CustomerOrder()
        /// Of the shape that was told.
        var version: UInt64
        var cells: Int
        /// By the index of each fault of the plan that is in force, since when, in milliseconds since 1970.
        var faults: [Int: Int64] = [:]
        /// Faults that were begun by whoever reacts to what is seen, by their key.
        var reactive: [Int: FeedFault] = [:]
        /// Where a router has reached each cell, by its position.
        var reached: [String?]
    }

    /// - Parameter write: appends lines to the recording.
    package init(_ writer: RecordingWriter = RecordingWriter(), _ write: @escaping ([UInt8]) -> Void) {
        self.writer = writer
        self.write = write
    }

    /// One that nobody reads.
    init() {
        writer = nil
        write = { _ in }
    }

    /// Whether messages are made at all.
    private var writes: Bool { writer.map { !$0.isFull } ?? false }

    /// Milliseconds since 1970, as a machine's clock shows it that is right.
    private static func time(_ simulation: Simulation) -> Int64 {
        (simulation.now.nanoseconds &+ Simulation.epoch) / 1_000_000
    }

    // MARK: From its beginning to its end

    func begin(_ simulation: Simulation) {
        let now = Self.time(simulation)
        let topology = simulation.knownTopology
        mesh = Mesh(
            model: LiveModel(topology, placement: simulation.placement), coder: DeltaCoder(first: UInt64(max(now, 1))),
            alerts: AlertEvaluator(objective: AlertObjective(declared: topology.strictestErrorRate)),
            version: simulation.placement.table.version, cells: topology.cells.count,
            reached: Array(repeating: nil, count: simulation.topology.cells.count))
        tell(
            .hello(
                FeedHello(
                    mesh: topology.name, source: .sim, boot: "seed-\(simulation.seed)", now: now,
                    period: Int(Self.period.milliseconds), history: 0)))
        if let mesh { tell(.shape(mesh.model.shape)) }
    }

    /// The run is over.
    func end(_ reason: String) {
        if writer?.isFull == true { return self.reason = "full" }
        self.reason = reason
        tell(.bye(FeedBye(reason: reason)))
    }

    private func tell(_ message: @autoclosure () -> FeedMessage) {
        guard let line = writer?.take(message()), !line.isEmpty else { return }
        write(line)
    }

    // MARK: What happens

    /// A node has told something.
    func observe(_ event: NodeEvent, by observer: String, _ simulation: Simulation) {
        guard let line = event.line(of: observer, in: simulation.topology) else { return }
        note(line, by: observer, simulation)
    }

    /// A fault of the plan begins or ends.
    func fault(_ index: Int, hasBegun: Bool, _ simulation: Simulation) {
        let fault = simulation.faults[index]
        switch fault.action {
        case .operate(let move):
            guard hasBegun else { return }
            note("operator", move.word, fault.node, ["detail": .text("\(fault)")], simulation)
        case .restart, .resume, .fault(.process(.kill)), .fault(.process(.pause)), .fault(.process(.leave)),
            .fault(.disk(.destroy)), .fault(.disk(.lose)), .fault(.disk(.loseRows)), .fault(.clock(.skew)):
            guard hasBegun else { return }
            let place = fault.targets.first
            note(
                "process", fault.word, place?.nodeName ?? place?.text ?? "", ["detail": .text("\(fault)")], simulation)
        case .fault:
            mesh?.faults[index] = hasBegun ? Self.time(simulation) : nil
            note(
                "fault", hasBegun ? "injected" : "expired", "f\(index + 1)", ["detail": .text("\(fault)")], simulation)
        }
    }

    /// By which a fault of no plan is told.
    static func id(_ key: Int) -> String { "f\(key & 0xFFFFF)" }

    /// A fault of no plan begins.
    func began(_ key: Int, _ spec: FaultSpec, for length: TimeAmount?, _ simulation: Simulation) {
        guard [.wire, .service, .cell].contains(spec.action.layer) else {
            return note(
                "process", spec.kind.rawValue, spec.side.nodeName ?? spec.side.text, ["detail": .text(spec.text)],
                simulation)
        }
        let (id, now) = (Self.id(key), Self.time(simulation))
        mesh?.reactive[key] = FeedFault(
            id: id, kind: spec.kind.rawValue, targets: spec.targets.map(\.text), since: now,
            until: length.map { now + Int64($0.milliseconds) }, what: spec.text)
        note("fault", "injected", id, ["detail": .text(spec.text)], simulation)
    }

    /// It is over.
    func ended(_ key: Int, _ simulation: Simulation) {
        guard let fault = mesh?.reactive.removeValue(forKey: key) else { return }
        note("fault", "expired", fault.id, ["detail": .text(fault.what ?? fault.kind)], simulation)
    }

    /// All that was in force ends with the load.
    func healed(_ simulation: Simulation) {
        for index in mesh?.faults.keys.sorted() ?? [] { fault(index, hasBegun: false, simulation) }
    }

    /// What the control plane would say.
    private func note(
        _ type: String, _ action: String, _ id: String, _ attributes: [String: EventLine.Value],
        _ simulation: Simulation
    ) {
        let line = EventLine(
            type: type, action: action, id: id,
            attributes: attributes.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
        note(line, by: "control", simulation)
    }

    private func note(_ line: EventLine, by observer: String, _ simulation: Simulation) {
        let time = simulation.now.nanoseconds &+ Simulation.epoch
        var record = line.record(at: Timestamp.string(time, .nanoseconds))
        if writer != nil { mesh?.folder.take(record, by: observer, now: simulation.now) }
        guard let onEvent else { return }
        if record.attributes["observer"] == nil { record.attributes["observer"] = .text(observer) }
        onEvent(record)
    }

    // MARK: Looks

    /// Tells how the mesh is.
    func look(_ simulation: Simulation) {
        guard writes || onState != nil, mesh != nil else { return }
        followPlacement(simulation)
        let reach = takeVitals(simulation)
        let now = simulation.now
        let (sights, news) = (sights(simulation, reach), news(simulation))
        let routersRun = simulation.mesh.contains { $0.isRouter && $0.isUp && !$0.isPaused }
        mesh?.model.look(sights, routers: routerSights(simulation, reach), routersRun: routersRun, now: now)
        mesh?.model.news = news
        guard var state = mesh?.model.state(t: Self.time(simulation), now: now), let model = mesh?.model else { return }
        for change in mesh?.model.forgetful.takeNews() ?? [] {
            var attributes: [String: EventLine.Value] = [
                "animal": .text(CellAnimal.amnesiac.rawValue), "by": .text("control"),
            ]
            if !change.why.isEmpty { attributes["why"] = .text(change.why) }
            note(
                "zoo", change.isNamed ? "named" : "cleared", model.topology.cells[change.cell].name, attributes,
                simulation)
        }
        let changes =
            mesh?.alerts.take(state, names: model.topology.cells.map(\.name), answered: model.answered, now: now) ?? []
        for change in changes {
            note(
                "alert", change.isFiring ? "firing" : "resolved", change.alert.name,
                ["subject": .text(change.alert.subject), "value": .number(change.alert.value)], simulation)
        }
        state.alerts = Array((mesh?.alerts.firing ?? []).prefix(LiveModel.mostRows))
        onState?(state, model.topology.cells.map(\.name))
        guard writes, let message = mesh?.coder.take(state) else { return }
        states += 1
        // A reader may begin in the middle.
        if writer?.wantsState(at: state.t) == true, let told = mesh?.coder.told {
            tell(.state(told))
        } else {
            tell(message)
        }
        if let events = mesh?.folder.drain(now: now) { tell(.event(events)) }
    }

    private func followPlacement(_ simulation: Simulation) {
        let (version, cells) = (simulation.placement.table.version, simulation.knownTopology.cells.count)
        guard let mesh, mesh.version != version || mesh.cells != cells,
            let placement = try? Placement(simulation.knownTopology, table: simulation.placement.table)
        else { return }
        self.mesh?.version = version
        self.mesh?.cells = cells
        self.mesh?.model.take(simulation.knownTopology, placement: placement)
        if let shape = self.mesh?.model.shape { tell(.shape(shape)) }
    }

    /// Asks all that can answer.
    ///
    /// - Returns: by the name of each router that did, the cells that it reaches.
    private func takeVitals(_ simulation: Simulation) -> [String: [String: String]] {
        var reach: [String: [String: String]] = [:]
        for machine in simulation.mesh where machine.isUp && !machine.isPaused {
            switch machine.work {
            case .cell(let cell):
                guard var vitals = (machine.process as? CellProcess)?.tellVitals() else { continue }
                vitals.boot = "\(machine.boot)"
                mesh?.model.take(vitals.bounded, of: cell, now: simulation.now)
            case .router:
                guard let process = machine.process as? RouterProcess, var order = mesh?.order else { continue }
                var vitals = process.vitals(&order)
                mesh?.order = order
                vitals.router = machine.name
                vitals.boot = "\(machine.boot)"
                reach[machine.name] = vitals.reached
                mesh?.model.take(vitals.bounded, of: machine.name, now: simulation.now)
            case .control:
                let swim = machine.process?.swim
                mesh?.model.take(
                    ControlVitals(
                        mesh: simulation.topology.name, boot: "\(machine.boot)",
                        epoch: simulation.placement.table.highestEpoch.rawValue,
                        uptimeMilliseconds: Int64((simulation.now - machine.startedAt).milliseconds),
                        view: swim.map { Vitals.View($0.members) }), now: simulation.now)
            case .clients: continue
            }
        }
        return reach
    }

    private func sights(_ simulation: Simulation, _ reach: [String: [String: String]]) -> [CellSight] {
        let placement = simulation.placement
        let unused = CellUse(placement.table, simulation.topology).unused
        let evacuated = Set(placement.table.entries.flatMap(\.state.target.evacuated))
        // What the control plane believes; while it is down, what some router does.
        let swim = simulation.control?.swim ?? simulation.mesh.first { $0.isRouter && $0.isUp }?.process?.swim
        let routers = simulation.mesh.filter { $0.isRouter && $0.isUp && !$0.isPaused && !$0.isLeaving }
        return simulation.knownTopology.cells.enumerated().map { position, cell in
            let machine = simulation.machines[position]
            let address = machine.isUp ? machine.data.description : nil
            var routerWitness = RouterWitness()
            routerWitness.live = routers.count
            routerWitness.told = routers.count { reach[$0.name] != nil }
            routerWitness.reaching = routers.count { address != nil && reach[$0.name]?[cell.name] == address }
            if routerWitness.reaching > 0 { mesh?.reached[position] = address }
            routerWitness.wasReached = address != nil && mesh?.reached[position] == address
            var facts = ProcessFacts()
            facts.isRunning = machine.isUp
            facts.isEnding = machine.isLeaving
            facts.isReady = machine.isUp
            facts.isStopped = machine.isPaused
            facts.isUnused = unused.contains(CellIndex(position))
            facts.isEvacuated = evacuated.contains(cell.region)
            facts.isYoung = simulation.now - machine.startedAt < Self.youth
            facts.routers = routerWitness
            var gossip = GossipWitness.unknown
            if let seen = swim?.member(named: cell.name), !machine.isUp || seen.profile.gossip == machine.gossip {
                gossip = GossipWitness(rawValue: seen.status.name) ?? .unknown
                facts.status = seen.status
                facts.reported = seen.metadata.state
            }
            return CellSight(
                state: facts.state, process: witness(of: machine), gossip: gossip, address: address)
        }
    }

    /// Judged as the control plane does: by how many of the cells that run a router reaches.
    private func routerSights(_ simulation: Simulation, _ reach: [String: [String: String]]) -> [RouterSight] {
        let running = simulation.knownTopology.cells.indices.count { position in
            simulation.machines[position].isUp && !simulation.machines[position].isPaused
        }
        return simulation.topology.routers.map { router in
            guard let machine = simulation.mesh.first(where: { $0.isRouter && $0.name == router.name }) else {
                return RouterSight()
            }
            var facts = ProcessFacts()
            facts.isRunning = machine.isUp
            facts.isEnding = machine.isLeaving
            facts.isReady = machine.isUp
            facts.isStopped = machine.isPaused
            facts.reach = reach[machine.name].map { ($0.count, max($0.count, running)) }
            return RouterSight(state: facts.state, process: witness(of: machine))
        }
    }

    private func witness(of machine: SimMachine) -> ProcessWitness {
        !machine.isUp ? .gone : machine.isPaused ? .stopped : .running
    }

    private func news(_ simulation: Simulation) -> MeshNews {
        var news = MeshNews()
        news.faults = (mesh?.faults ?? [:]).sorted { $0.key < $1.key }.map { index, since in
            let fault = simulation.faults[index]
            return FeedFault(
                id: "f\(index + 1)", kind: fault.word, targets: fault.places, since: since,
                until: fault.length.map { since + Int64($0.milliseconds) }, what: "\(fault)")
        }
        news.faults += (mesh?.reactive ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        news.impaired = CellSet(
            ServiceStrike.cells(
                of: simulation.inForce.map { Fault(id: "", $0.spec) }, simulation.knownTopology))
        news.evacuation = evacuation(simulation)
        return news
    }

    private func evacuation(_ simulation: Simulation) -> EvacuationStatus? {
        guard let coordinator = simulation.control?.coordinator else { return nil }
        let cohorts = simulation.placement.table.entries.count
        let open = coordinator.plan ?? nil
        guard let decree = open ?? coordinator.ended?.plan,
            let plan = try? EvacuationPlan(
                simulation.topology, region: decree.region, cells: decree.cells, id: decree.id, kind: decree.kind,
                cohorts: cohorts, percents: decree.percents)
        else { return nil }
        let progress = coordinator.progress
        let outcome: EvacuationOutcome =
            open != nil
            ? .running : coordinator.ended?.completed == true ? .completed : decree.isAborted ? .aborted : .rolledBack
        let stage = max(progress.stage, progress.stages.count + (open == nil ? 0 : 1))
        return EvacuationStatus(
            plan: plan, outcome: outcome, stage: min(stage, plan.stages.count), step: open == nil ? nil : progress.step,
            moved: open == nil && outcome == .completed ? cohorts : progress.moved,
            records: EvacuationStatus.Records(copied: nil, verified: nil), reason: progress.reason)
    }
}

extension SimMachine {
    var isRouter: Bool { if case .router = work { true } else { false } }
}

extension SimFault {
    /// The first word of its written form.
    var word: String { String("\(self)".prefix { $0 != " " }) }

    /// Where it strikes, as targets are written.
    var places: [String] { targets.map(\.text) }
}

extension SimMove {
    fileprivate var word: String {
        switch self {
        case .evacuate, .evacuateWithLoss: "evacuate"
        case .restore: "restore"
        case .abort: "abort"
        case .add: "add"
        case .drain: "drain"
        case .customer, .home, .giveUp: "move"
        }
    }
}
