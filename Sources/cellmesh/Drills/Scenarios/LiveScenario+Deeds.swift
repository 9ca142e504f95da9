import Chaos
import ControlPlane
import Drills
import Evacuation
import Glibc
import MeshBase
import Reports
import Scenarios
import Topology
import UVDriver

/// What a scenario does to the mesh.
extension LiveScenario {
    /// A fault goes on so much longer than its step should somebody be there no more to end it.
    private static let margin = TimeAmount.seconds(15)

    // MARK: Before

    func validate() throws {
        let scenario = run.scenario
        let whole = try mesh.checkWhole()
        if let misfit = scenario.misfit(in: mesh.topology) {
            throw CommandFailure(.usage, "\(misfit.message); nothing was changed", hint: misfit.hint, next: misfit.next)
        }
        // A breaker that was left open closes by calls alone, and nothing else shows it.
        let breakers = ScenarioSight.told(breakers: firstSight?.openBreakers ?? [])
        handle(
            .validated(
                whole + (scenario.load.service.map { "; the load is of \($0)" } ?? "")
                    + (breakers.map { "; \($0)" } ?? "")))
    }

    func predict() throws {
        var actions: [Int: ScenarioAction] = [:]
        var forecast = ScenarioForecast()
        let placement = try mesh.placement()
        let through = through.sorted()
        for (key, action) in run.plan.enumerated() {
            var action = action
            if action.deed.targets.contains(where: TargetChoice.isMeant) {
                let answer: TargetsReport
                do {
                    answer = try mesh.api.post(
                        "/v1/targets",
                        TargetsRequest(
                            targets: action.deed.targets, seed: run.scenario.seed ?? mesh.topology.seed, step: key))
                } catch let failure as CommandFailure where failure.status != .unhealthy {
                    throw CommandFailure(
                        failure.status, "\(action.label): \(failure.message.sentenceless); nothing was changed",
                        hint: failure.hint, next: failure.next)
                }
                action.deed = action.deed.of(answer.targets)
                actions[key] = action
            }
            forecast.add(key, ScenarioHarm(action, in: mesh.topology, shard: placement.cellNames))
            guard key < run.scenario.actions.count,
                let request = PredictionRequest(action, shard: placement.cellNames)
            else { continue }
            let report = try mesh.api.post("/v1/predict", request, as: PredictionReport.self, timeout: .seconds(30))
            if let refusal = report.refusals.first {
                throw CommandFailure(
                    .declined,
                    "\(action.label): \(action.deed.text) would be refused: \(refusal.detail); nothing was changed")
            }
            forecast.add(key, action, report)
            let touched = forecast.harms[key]?.touched ?? []
            for name in through where action.deed.stopsProcesses && touched.contains(name) {
                forecast.add("the load goes through \(name), and no router tells what its customers get meanwhile")
            }
        }
        if let refusal = forecast.refusal(by: run.scenario.abort) {
            throw CommandFailure(
                .declined, "\(refusal); nothing was changed", hint: "raise the bound, or strike less")
        }
        try checkSides(actions)
        handle(.predicted(forecast.sentence, actions: actions, harms: forecast.harms))
    }

    // MARK: Beginning

    func begin(_ key: Int, _ action: ScenarioAction) throws {
        switch action.deed {
        case .fault(let request): try inject(key, action, request)
        case .evacuate(let region): try move(key, .evacuate, TargetSelector.name(in: region, of: .region), action)
        case .restore(let region): try move(key, .restore, TargetSelector.name(in: region, of: .region), action)
        case .attempt(let region): try attempt(key, TargetSelector.name(in: region, of: .region), action)
        case .load(let factor):
            guard factor > 1 else { throw DrillTrouble(.error, "a load is added to, and not taken from: above 1x") }
            further[key] = try BackgroundLoad([try side(run.scenario.load, factor: factor - 1)])
            handle(.begun(key, .init(applied: 1, of: 1, detail: "\(Syntax.written(factor)) times the rate")))
        case .controlLoss: try endControl(key, action)
        case .poison(let number): try poison(key, action, number)
        case .call(let call): try perform(key, call)
        }
    }

    private func poison(_ key: Int, _ action: ScenarioAction, _ number: Int) throws {
        guard let router = DrillLoad.router(mesh.directory, mesh.topology) else {
            throw DrillTrouble(.error, "no router runs")
        }
        let names = try mesh.placement().cellNames(ofCustomer: number)
        marks.downCells = true
        victims.formUnion(names)
        try note(action)
        let configuration = try DrillLoad.poison(number, seed: run.scenario.seed ?? mesh.topology.seed, mesh.topology)
        further[key] = try BackgroundLoad([
            .init(name: router.name, router: router.endpoint, configuration: configuration)
        ])
        handle(
            .begun(
                key,
                .init(
                    applied: 1, of: 1, victims: names,
                    detail: "\(Customers.name(number)) asks, whose cells are \(names.joined(separator: ", "))")))
    }

    private func inject(_ key: Int, _ action: ScenarioAction, _ request: FaultRequest) throws {
        var addition = FaultAddition(request)
        // Where the control plane is to go, processes alone end it, and on time.
        let margin = run.plan.contains { $0.deed == .controlLoss } ? TimeAmount.zero : Self.margin
        addition.lease = ((action.length ?? .zero) + margin).millisecondsRoundedUp
        leases[key] = Pause.now() + (action.length ?? .zero) + margin
        let struck = (try? request.spec(in: mesh.topology))?.victims(in: mesh.topology) ?? []
        if request.kind == FaultKind.kill.rawValue {
            // Whoever comes after this process looks whether they have come up again.
            marks.downCells = true
            victims.formUnion(struck)
        }
        marks.faults.append(.init(kind: request.kind, targets: request.targets))
        let place = marks.faults.count - 1
        let fault: FaultReport
        let answer: FaultsReport
        do {
            try note(action)
            (answer, fault) = try add(addition, marks.faults[place])
        } catch {
            if isGone(marks.faults[place]) { marks.faults.remove(at: place) }
            throw error
        }
        marks.faults[place].id = fault.id
        targets[key] = fault.targets.count
        try? note(action)
        let (applied, of) = (answer.applied ?? 0, answer.of ?? 0)
        if action.deed.cutRegion == run.cutRegion { try beginCut() }
        handle(
            .begun(
                key,
                .init(
                    applied: applied, of: of, fault: fault.id,
                    victims: struck,
                    detail: "\(fault.id): \(fault.text ?? action.deed.text), at \(applied) of \(of) processes")))
    }

    /// Adds a fault, once a control plane answers.
    private func add(_ addition: FaultAddition, _ mark: DrillTrace.Fault) throws -> (FaultsReport, FaultReport) {
        var isAgain = false
        let answer = try mesh.patiently(heedsInterruption: true) { () -> FaultsReport in
            // Of one that was asked for before, and not answered, nobody knows what it has reached.
            if isAgain, let own = mesh.own(mark, in: try mesh.faults(), since: run.report.began) {
                try mesh.endFault(own.id)
            }
            isAgain = true
            return try mesh.api.post("/v1/faults/add", addition, as: FaultsReport.self, timeout: .seconds(30))
        }
        guard let fault = answer.faults.first else { throw DrillTrouble(.error, "the fault has no id") }
        return (answer, fault)
    }

    /// Whether a fault that was asked for is in force no more, or has never been.
    private func isGone(_ mark: DrillTrace.Fault) -> Bool {
        guard let faults = try? mesh.faults() else { return false }
        guard let own = mesh.own(mark, in: faults, since: run.report.began) else { return true }
        return (try? mesh.endFault(own.id)) != nil
    }

    private func endControl(_ key: Int, _ action: ScenarioAction) throws {
        guard let pid = mesh.directory.controlHolder else { throw DrillTrouble(.error, "no control plane runs") }
        let before = marks
        marks.isControlLost = true
        try note(action, orElse: before)
        guard kill(pid, SIGKILL) == 0 else {
            throw DrillTrouble(.error, "the control plane cannot be ended: \(String(cString: strerror(errno)))")
        }
        _ = try DrillWait.until(.seconds(5), heedsInterruption: false) { mesh.directory.controlHolder != pid }
        isControlGone = true
        handle(.begun(key, .init(applied: 1, of: 1, detail: "the control plane (process \(pid)) is gone")))
    }

    // MARK: Ending

    func end(_ key: Int) throws {
        switch run.plan[key].deed {
        case .fault: try heal(key)
        case .evacuate(let region): try bringBack(key, TargetSelector.name(in: region, of: .region))
        case .attempt: handle(.ended(key, "nothing is in force of it"))
        case .restore:
            // It goes on to its end.
            if moves[key] == nil { handle(.ended(key, "it has ended")) }
        case .load:
            further[key]?.cancel()
            further[key] = nil
            handle(.ended(key, "the rate is as before"))
        case .controlLoss: try startControl(key)
        case .poison:
            further[key]?.cancel()
            further[key] = nil
            let done = try mesh.patiently(heedsInterruption: false) { try mesh.restartDown() }
            handle(.ended(key, done))
        case .call: stop(key)
        }
    }

    private func heal(_ key: Int) throws {
        guard let id = run.faults[key] else { return handle(.ended(key, "it had not begun")) }
        // What is answered from here on is no part of it.
        if run.plan[key].deed.cutRegion == run.cutRegion { endCut() }
        guard !isControlGone else {
            marks.faults.removeAll { $0.id == id }
            return handle(.ended(key, "\(id) is ended by its lease: the control plane is away"))
        }
        var isWhole = true
        let answer = try mesh.patiently(heedsInterruption: false) { () -> FaultsReport? in
            // While nobody answered its lease may have ended it.
            guard let fault = try mesh.faults().first(where: { $0.id == id }) else { return nil }
            // Of several processes some may have been let go of.
            isWhole = targets[key].map { fault.targets.count >= $0 } ?? true
            return try mesh.endFault(id)
        }
        marks.faults.removeAll { $0.id == id }
        followEvents()
        if let answer {
            guard isWhole else { return handle(.endedEarly(key, "\(id) at some of its targets")) }
            return handle(.ended(key, "\(id) ended at \(answer.applied ?? 0) of \(answer.of ?? 0) processes"))
        }
        // A lease that is not over has ended nothing; one that is has done so at its own time, whoever was there.
        let now = Pause.now()
        let lease = leases[key] ?? now
        guard now + .milliseconds(500) >= lease else { return handle(.endedEarly(key, id)) }
        handle(.ended(key, "\(id) was ended by its lease\(Self.told(since: lease, now))"), now: min(lease, now))
    }

    private static func told(since lease: Instant, _ now: Instant) -> String {
        now - lease < .seconds(1)
            ? "" : ", \(Wording.time(milliseconds: (now - lease).milliseconds)) before the drill saw to it"
    }

    private func startControl(_ key: Int) throws {
        isControlGone = false
        let begun = Pause.now()
        if mesh.directory.controlHolder == nil {
            let settings = ControlSettings(directory: mesh.directory, topology: try mesh.directory.model())
            do { _ = try DetachedControl.start(settings) } catch {
                throw CommandFailure(error, mesh: mesh.directory.name)
            }
        }
        marks.isControlLost = nil
        handle(
            .ended(
                key,
                "another control plane serves after \(Wording.time(milliseconds: (Pause.now() - begun).milliseconds))"))
    }

    // MARK: The trace

    /// What is about to be in force stands on the disk before it is.
    func note(_ action: ScenarioAction) throws {
        do { try leftovers.note(trace(.init(name: action.name, part: .injects), isBefore: false)) } catch {
            throw DrillTrouble(.error, "nothing was injected: \(error)")
        }
    }

    /// The same of what begins nothing where it cannot be noted: the marks are as before then.
    func note(_ action: ScenarioAction, orElse before: DrillTrace.Marks) throws {
        do { try note(action) } catch {
            marks = before
            throw error
        }
    }

    /// Nothing is in force, and the load is about to write: its keys may come to wait for somebody.
    func noteLoad() {
        try? leftovers.note(trace(.init(name: run.phase.rawValue, part: .before), isBefore: true))
    }

    /// What stays in force at the end, for whoever takes it back.
    func trace(isOver: Bool) -> DrillTrace {
        var trace = DrillTrace(
            report: run.report, steps: [.init(name: ScenarioRun.Phase.rollbacks.rawValue, part: .takesBack)],
            marks: marks, isBefore: false)
        trace.isOver = isOver
        return trace
    }

    private func trace(_ step: DrillTrace.Step, isBefore: Bool) -> DrillTrace {
        let left = ScenarioRun.Phase.allCases.drop { $0 != run.phase }.dropFirst().filter { $0 != .over }
        return DrillTrace(
            report: run.unfinished, steps: [step] + left.map { .init(name: $0.rawValue, part: $0.part) }, marks: marks,
            isBefore: isBefore)
    }
}

extension String {
    /// Without the full stop of a sentence that goes on.
    fileprivate var sentenceless: String { hasSuffix(".") ? String(dropLast()) : self }
}
