import Chaos
import Checkers
import Drills
import Evacuation
import Feed
import Membership
import MeshBase
import Reports
import Scenarios
import Sharding
import Topology

/// Runs a scenario in virtual time: what `drill run` does to real processes, done to the same nodes in a simulation.
package final class SimScenario {
    /// What came of it.
    package struct Outcome: Sendable {
        /// Of the drill.
        package var drill: DrillReport
        /// Of the simulation under it.
        package var simulation: SimulationReport
    }

    let simulation: Simulation
    private let feed: SimFeed
    var guardian: SimGuardian
    var run: ScenarioRun
    private var names: [String] = []
    /// Plans that have begun and not ended, by the key of their action.
    var pending: [Int: Move] = [:]
    /// Evacuations that have to be refused.
    var attempts: [Int: Attempt] = [:]
    /// How the mesh was before a region was left.
    var inventory: Inventory?
    /// What each side of a cut was answered while it was in force.
    var cut: [LoadWindows.Window] = []
    private var refusal: String?
    private var second = Instant.zero
    /// Customers who ask with poison, by the key of their action, and when they ask next.
    private var poison: [Int: (customer: Int, next: Instant)] = [:]
    private let tellsRegions: Bool
    /// Of the placement of a version.
    private var shape: (version: UInt64?, of: ScenarioSight.Shape) = (nil, .init())

    /// What is looked at between two events of the scenario.
    private static let step = TimeAmount.milliseconds(50)
    static let longestMove = TimeAmount.minutes(10)
    /// From one request with poison to the next.
    private static let poisonInterval = TimeAmount.milliseconds(200)
    /// As the control plane's: of everything that was begun, so that faults of a plan have others.
    private static let firstKey = 1 << 20

    /// Runs a scenario on a topology.
    ///
    /// - Parameters:
    ///   - seed: of every random stream.
    ///   - id: under which the report would be kept.
    ///   - feed: writes the run down.
    ///   - others: faults that somebody else begins meanwhile, since the load began.
    ///   - progress: false ends the run as out of time.
    /// - Throws: what the simulation cannot do, and why nothing was run.
    package static func run(
        _ scenario: Scenario, on topology: MeshTopology, seed: UInt64, id: String, command: String,
        feed: SimFeed? = nil, defect: SimDefect? = nil, others: [SimFault] = [],
        progress: @escaping (SimProgress) -> Bool = { _ in true }
    ) throws(SimRefusal) -> Outcome {
        let configuration = try configuration(scenario, topology, seed: seed, defect: defect, others)
        let feed = feed ?? SimFeed()
        let simulation = try Simulation(configuration, feed: feed)
        defer { simulation.dispose() }
        let runner = SimScenario(simulation, feed, scenario, id: id, command: command, progress)
        return try runner.perform()
    }

    private static func configuration(
        _ scenario: Scenario, _ topology: MeshTopology, seed: UInt64, defect: SimDefect?, _ others: [SimFault]
    ) throws(SimRefusal) -> SimConfiguration {
        var configuration = SimConfiguration(topology: topology, seed: seed, scenario: scenario.name)
        configuration.defect = defect
        configuration.faults = others
        configuration.isReactive = true
        configuration.isClouded = scenario.actions.contains { action in
            guard case .fault(let request) = action.deed, let kind = FaultKind(rawValue: request.kind) else {
                return false
            }
            // Wall clocks alone are wrong here, which nobody's judgement of others goes by.
            return kind.strikes(.wire) || kind.strikes(.cell) || kind == .drift || kind == .late
        }
        var load = SimLoad()
        load.rate = scenario.load.rate
        (load.reads, load.writes, load.deletes) = (scenario.load.reads, scenario.load.writes, 0)
        load.services = scenario.load.services
        load.posts = 0
        load.entries = scenario.load.service.map { [$0] }
        load.customers = scenario.load.customers
        load.silent = topology.customers.poison
        configuration.load = load
        if let priorities = scenario.load.priorities {
            for (place, share) in priorities.enumerated() { load.classes[place] = share }
            configuration.load = load
        }
        if let call = scenario.calls.first { throw SimRefusal(call.simulationRefusal) }
        if let misfit = scenario.misfit(in: topology, isSimulated: true) { throw SimRefusal(misfit.message) }
        if let problem = configuration.problem { throw SimRefusal(problem) }
        return configuration
    }

    private init(
        _ simulation: Simulation, _ feed: SimFeed, _ scenario: Scenario, id: String, command: String,
        _ progress: @escaping (SimProgress) -> Bool
    ) {
        self.simulation = simulation
        self.feed = feed
        guardian = SimGuardian(eventLimit: simulation.configuration.eventLimit, progress: progress)
        tellsRegions = scenario.asksRegions
        run = ScenarioRun(
            scenario, id: id, mesh: simulation.topology.name, target: nil, command: command,
            wall: "2023-11-14T22:13:20Z",
            profile: .init(
                detection: simulation.swim.detectionBound(members: simulation.mesh.count),
                agreement: simulation.swim.agreementBound(members: simulation.mesh.count)), now: .zero)
    }

    // MARK: The run

    private func perform() throws(SimRefusal) -> Outcome {
        simulation.boot()
        let isStarted = simulation.run(
            atMost: simulation.configuration.startLimit, &guardian,
            until: \.isSteady)
        guard isStarted == true else {
            throw SimRefusal("the mesh was not whole after \(Int64(simulation.configuration.startLimit.seconds)) s")
        }
        guardian.phase = .load
        let began = simulation.now
        run.restart(now: began)
        listen()
        simulation.clients.ledger.impact.began(now: began)
        second = simulation.now
        while !run.isOver {
            for order in run.takeOrders() { carryOut(order) }
            guard !run.hasOrders, !run.isOver else { continue }
            guard simulation.run(until: simulation.now + Self.step, &guardian) else {
                run.handle(.failed(nil, .error, "out of time"), now: simulation.now)
                break
            }
            look()
            run.wake(now: simulation.now)
        }
        if let refusal = run.refusal { throw SimRefusal(refusal) }
        feed.end(guardian.isStopped ? "stopped" : "ended")
        guard !guardian.isStopped, let drill = run.finish(now: simulation.now) else {
            throw SimRefusal("out of time after \(simulation.trace.events) events, while \(run.phase.rawValue)")
        }
        return Outcome(drill: drill, simulation: simulation.report(named: run.scenario.name))
    }

    private func listen() {
        feed.onState = { [unowned self] state, names in
            if shape.version != simulation.placement.table.version || shape.of.cells != names {
                let table = CustomerTable(simulation.knownTopology, simulation.placement)
                shape = (
                    simulation.placement.table.version,
                    .init(
                        cells: names, customers: simulation.knownTopology.customers.count,
                        shards: table?.shards.map { $0.map(\.position) } ?? [])
                )
            }
            var sight = ScenarioSight(state, shape.of)
            sight.epoch = simulation.placement.table.version
            run.handle(.sight(sight), now: simulation.now)
        }
        feed.onEvent = { [unowned self] record in
            guard ScenarioRun.events.contains(record.type) else { return }
            run.handle(.event(record, at: simulation.now), now: simulation.now)
        }
    }

    private func look() {
        while simulation.now - second >= .seconds(1), simulation.clients.isCounting {
            second = second + .seconds(1)
            var seen = simulation.clients.takeSecond()
            if tellsRegions { seen.tellRegions { simulation.topology.region(ofCell: $0) } }
            run.handle(.second(seen), now: simulation.now)
        }
        for (key, move) in pending.sorted(by: { $0.key < $1.key }) { follow(key, move) }
        for (key, attempt) in attempts.sorted(by: { $0.key < $1.key }) { follow(key, attempt) }
        for (key, asks) in poison.sorted(by: { $0.key < $1.key }) where asks.next <= simulation.now {
            poison[key]?.next = simulation.now + Self.poisonInterval
            simulation.clients.call(by: asks.customer)
            simulation.flushClients()
        }
    }

    // MARK: Orders

    private func carryOut(_ order: ScenarioRun.Order) {
        let now = simulation.now
        switch order {
        case .validate: run.handle(.validated("\(simulation.topology.cells.count) cells serve"), now: now)
        case .predict: predict()
        case .announce: break
        case .startLoad:
            guard takeSides() else { return }
            simulation.clients.count()
            simulation.clients.begin(until: now + Scenario.longest)
            simulation.scheduleFaults()
            second = now
            run.handle(.loadStarted("\(Wording.fixed(run.scenario.load.rate, 0)) requests/s"), now: now)
        case .begin(let key, let action): begin(key, action)
        case .end(let key): end(key)
        // Refused before anything began.
        case .ask(let key, let probe): run.handle(.unanswered(key, probe.call.simulationRefusal), now: now)
        case .readBack: readBack()
        case .tidy: run.handle(.tidied("nothing waits for anybody"), now: now)
        }
    }

    private func predict() {
        let now = simulation.now
        let topology = simulation.knownTopology
        let placement = simulation.placement
        // Whoever began it has decided between the file's seed and others: what is drawn goes by the run's.
        let chooser = TargetChooser(topology, placement, seed: simulation.seed)
        var actions: [Int: ScenarioAction] = [:]
        var forecast = ScenarioForecast()
        for (key, action) in run.plan.enumerated() {
            var action = action
            do throws(UnknownTarget) { action.deed = try action.deed.chosen(by: chooser, step: key) } catch {
                return run.handle(.refused("\(action.label): \(error)"), now: now)
            }
            actions[key] = action
            forecast.add(key, ScenarioHarm(action, in: topology, shard: placement.cellNames))
            // No request comes by the control plane: nobody is to feel it.
            guard key < run.scenario.actions.count, !action.deed.holdsControl,
                let request = PredictionRequest(action, shard: placement.cellNames)
            else {
                continue
            }
            let report = Predictor.predict(request, MeshSituation(topology: topology, placement: placement))
            if let refusal = report.refusals.first {
                return run.handle(
                    .refused("\(action.label): \(action.deed.text) would be refused: \(refusal.detail)"), now: now)
            }
            forecast.add(key, action, report)
        }
        if let refusal = forecast.refusal(by: run.scenario.abort) { return run.handle(.refused(refusal), now: now) }
        run.handle(.predicted(forecast.sentence, actions: actions, harms: forecast.harms), now: now)
    }

    private func begin(_ key: Int, _ action: ScenarioAction) {
        let now = simulation.now
        func begun(applied: Int = 1, fault: String? = nil, victims: [String] = [], _ detail: String) {
            run.handle(
                .begun(key, .init(applied: applied, of: 1, fault: fault, victims: victims, detail: detail)), now: now)
        }
        switch action.deed {
        case .fault(let request):
            let spec: FaultSpec
            do throws(FaultRequest.Refusal) { spec = try request.spec(in: simulation.knownTopology) } catch {
                return run.handle(.failed(key, .error, error.message), now: now)
            }
            simulation.membership.disturbed(now: now)
            let hasStruck = simulation.begin(
                Self.firstKey + key, spec, lasts: action.length != nil, .fault(Self.firstKey + key))
            simulation.faultsFired += 1
            feed.began(Self.firstKey + key, spec, for: action.length, simulation)
            if action.deed.cutRegion == run.cutRegion { beginCut() }
            let victims = spec.victims(in: simulation.knownTopology)
            // One that is down already is struck all the same: it stays so until both are over.
            let isDown =
                request.kind == FaultKind.kill.rawValue && !victims.isEmpty
                && victims.allSatisfy { name in
                    simulation.machinesByName[name].map { !simulation.machines[$0].isUp } ?? false
                }
            begun(
                applied: hasStruck || isDown ? 1 : 0, fault: SimFeed.id(Self.firstKey + key), victims: victims,
                spec.text)
        case .controlLoss:
            guard let index = simulation.machinesByName[Simulation.controlName] else { return }
            simulation.membership.disturbed(now: now)
            simulation.kill(simulation.machines[index])
            begun(victims: [Simulation.controlName], "the control plane is gone")
        case .evacuate(let word): move(key, .evacuate, word, action, begun: { begun("it has begun") })
        case .restore(let word): move(key, .restore, word, action, begun: { begun("it has begun") })
        case .attempt(let word): attempt(key, word)
        case .load(let factor):
            simulation.clients.factor = factor
            begun("\(Syntax.written(factor)) times the rate")
        case .poison(let number):
            simulation.membership.disturbed(now: now)
            poison[key] = (number, now)
            let names = simulation.placement.cellNames(ofCustomer: number)
            begun(victims: names, "\(Customers.name(number)) asks, whose cells are \(names.joined(separator: ", "))")
        case .call(let call): run.handle(.failed(key, .error, call.simulationRefusal), now: now)
        }
    }

    private func end(_ key: Int) {
        let now = simulation.now
        switch run.plan[key].deed {
        case .fault:
            if run.plan[key].deed.cutRegion == run.cutRegion { endCut() }
            simulation.membership.disturbed(now: now)
            simulation.end(key: Self.firstKey + key, .faultEnds(Self.firstKey + key))
            feed.ended(Self.firstKey + key, simulation)
            run.handle(.ended(key, "over"), now: now)
        case .controlLoss:
            if let index = simulation.machinesByName[Simulation.controlName] {
                simulation.start(simulation.machines[index])
            }
            run.handle(.ended(key, "another control plane begins"), now: now)
        case .load:
            simulation.clients.factor = 1
            run.handle(.ended(key, "the rate is as before"), now: now)
        case .evacuate(let word):
            // It is taken back: what has moved comes home, whether or not all had.
            pending[key] = nil
            if simulation.control?.isSettled == false {
                simulation.control?.command(.abort)
                if let control = simulation.control { simulation.turn(control) }
                _ = simulation.run(atMost: Self.longestMove, &guardian, until: { $0.control?.isSettled ?? false })
            }
            move(key, .restore, word, run.plan[key], begun: {})
        case .poison:
            poison[key] = nil
            simulation.membership.disturbed(now: now)
            let down = simulation.mesh.filter { $0.role == .cell && !$0.isUp }
            for machine in down { simulation.start(machine) }
            let names = down.map(\.name).joined(separator: ", ")
            run.handle(.ended(key, down.isEmpty ? "no cell was down" : "started again: \(names)"), now: now)
        case .call: run.handle(.ended(key, "nothing was run"), now: now)
        case .attempt: run.handle(.ended(key, "nothing is in force of it"), now: now)
        case .restore: if pending[key] == nil { run.handle(.ended(key, "it has ended"), now: now) }
        }
    }

    private func readBack() {
        let isRead = simulation.readBack(&guardian)
        var found = ScenarioFound()
        let writes = simulation.clients.ledger.writes
        let counts = writes.totals()
        (found.acknowledged, found.lost, found.unverified) = (counts.acknowledged, counts.lost, counts.unverified)
        found.isVerified = isRead
        found.violations = simulation.reactiveVerdicts.filter { $0.oracle != "acknowledged-writes" }.map {
            ($0.oracle, !$0.ok, $0.detail)
        }
        tellCut()
        takeStock()
        run.handle(.found(found, DrillNoise()), now: simulation.now)
    }
}
