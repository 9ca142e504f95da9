import Blueprints
import Chaos
import Evacuation
import MeshBase
import Nodes
import Reports
import Scenarios
import Topology
import UVDriver

/// Rollouts as the API asks for them, and what they do to the mesh.
extension ControlPlane {
    package var rolloutReport: RolloutReport? { rolloutDesk.report }

    package func beginRollout(
        _ order: RolloutOrder, completion: @escaping (Result<RolloutReport, APIFailure>) -> Void
    ) {
        do throws(APIFailure) {
            guard !isStopping else { throw APIFailure(409, "The mesh is shutting down.") }
            let (plan, revisions) = try plan(order)
            if let obstacle = rolloutObstacle(plan) { throw APIFailure(409, "\(obstacle). Nothing was changed.") }
            if order.isDryRun == true { return completion(.success(Rollout(plan).report)) }
            // The blueprint is there before any cell has it.
            do throws(DataDirectoryError) { try directory.writeRevisions(revisions) } catch {
                throw APIFailure(500, "Nothing was changed: \(error).")
            }
            figures = FiguresWatch()
            completion(.success(try rolloutDesk.begin(plan)))
        } catch { completion(.failure(error)) }
    }

    package func abortRollout(completion: @escaping (Result<RolloutReport, APIFailure>) -> Void) {
        do throws(APIFailure) { completion(.success(try rolloutDesk.abort("it was aborted"))) } catch {
            completion(.failure(error))
        }
    }

    /// Why customers are not moved, and drills not begun, while a rollout is under way.
    func refuseDuringRollout() throws(APIFailure) {
        if let obstacle = ownRollout { throw APIFailure(409, "\(obstacle). Nothing was done.") }
    }

    /// The rollout under way, as what stands in the way of something else.
    private var ownRollout: String? {
        guard rolloutDesk.isUnderWay else { return nil }
        return "A rollout of '\(rolloutDesk.report.blueprint)' is under way: see 'cellmesh rollout status'"
    }

    // MARK: Before

    /// What is asked for, of the mesh as it is, and the revisions with its version.
    private func plan(_ order: RolloutOrder) throws(APIFailure) -> (RolloutPlan, BlueprintRevisions) {
        let founding = topology.foundingBlueprints
        let read = MeshFiles.load(
            replacement: order.yaml, named: order.source, of: founding, replacing: order.blueprint)
        guard var blueprint = read.blueprint else {
            let first = read.problems.first { $0.severity == .error }
            throw APIFailure(
                400,
                (first.map { "\($0.file):\($0.line):\($0.column): \($0.message)" } ?? "The blueprint cannot be used")
                    + ". Nothing was changed.")
        }
        blueprint.name = order.blueprint ?? blueprint.name
        let all = topology.cells(foundedWith: blueprint.name)
        var chosen = all
        if let words = order.cells {
            let names: [ProcessName]
            do throws(UnknownTarget) { names = try TargetList(try self.chosen(words), in: topology).processes } catch {
                throw APIFailure(400, "\(error). Nothing was changed.")
            }
            let wanted = Set(names.map(\.name))
            chosen = all.filter { wanted.contains(topology.cells[$0].name) }
            guard names.allSatisfy({ $0.role == .cell }), chosen.count == wanted.count else {
                throw APIFailure(
                    400,
                    "Of these targets not all are cells with the blueprint '\(blueprint.name)'. Nothing was changed.")
            }
        }
        guard !chosen.isEmpty else {
            throw APIFailure(400, "No cell has the blueprint '\(blueprint.name)'. Nothing was changed.")
        }
        var revisions: BlueprintRevisions
        // Numbers are not given twice, also where nothing has one any more.
        do throws(DataDirectoryError) {
            revisions = try directory.revisions() ?? topology.revisions ?? BlueprintRevisions()
        } catch { throw APIFailure(500, "Nothing was changed: \(error).") }
        let former = chosen.map { topology.version(of: CellIndex($0)) }
        guard !chosen.allSatisfy({ Self.isSame(topology.blueprint(of: CellIndex($0)), blueprint) }) else {
            throw APIFailure(409, "These cells have just this blueprint already. Nothing was changed.")
        }
        let version = revisions.add(blueprint, source: order.source)
        let stages: [Int]
        do throws(EvacuationPlanFault) {
            // The number of cohorts says nothing of whether percentages are right.
            stages = try EvacuationStages(planID: 0, cohorts: 1, percents: order.stages ?? RolloutPlan.usualStages)
                .percents
        } catch { throw APIFailure(400, "'stages': \(error). Nothing was changed.") }
        let watch = order.watchMilliseconds.map { TimeAmount.milliseconds($0) } ?? RolloutPlan.usualWatch
        let wait = order.waitMilliseconds.map { TimeAmount.milliseconds($0) } ?? RolloutPlan.usualWait
        let plan = RolloutPlan(
            blueprint: blueprint.name, version: version, source: order.source,
            cells: zip(chosen, former).map { cell, version in
                .init(
                    topology.cells[cell].name, region: topology.regions[topology.cells[cell].region].name,
                    version: version)
            }, routers: try routers(for: version, of: blueprint.name, revisions), stages: stages, watch: watch,
            wait: wait,
            undecided: order.undecided ?? .rollback)
        return (plan, revisions)
    }

    private static func isSame(_ a: Blueprint, _ b: Blueprint) -> Bool {
        var a = a
        a.name = b.name
        return a == b
    }

    /// The routers that have to start anew, since they go by something that changes: attempt timeouts, policies of services,
    /// objectives. All of them, or none.
    private func routers(
        for version: Int, of blueprint: String, _ revisions: BlueprintRevisions
    ) throws(APIFailure) -> [String] {
        var after = revisions
        let names = cellNames(foundedWith: blueprint)
        after.set(version, of: names, blueprint: blueprint, among: names)
        do throws(RevisionFault) {
            let isSame = RouterPolicies(topology) == RouterPolicies(try topology.revised(after))
            return isSame ? [] : topology.routers.map(\.name)
        } catch { throw APIFailure(400, "\(error). Nothing was changed.") }
    }

    private func cellNames(foundedWith blueprint: String) -> [String] {
        topology.cells(foundedWith: blueprint).map { topology.cells[$0].name }
    }

    /// What is on that a rollout is not to be mixed with, or keeps it from being judged.
    private func rolloutObstacle(_ plan: RolloutPlan) -> String? {
        if let obstacle = ownRollout { return obstacle }
        if desk.status.isUnderWay { return "Customers are being moved: see 'cellmesh evacuation status'" }
        if isAddingCells { return "Cells are being added" }
        if !evacuated.isEmpty {
            return "Region '\(topology.regions[evacuated.min()!].name)' is evacuated: 'cellmesh restore' takes it back"
        }
        if let drill = directory.runningDrill { return "The drill \(drill.name) runs: 'cellmesh drill stop' ends it" }
        if drillDesk.isRunning { return "A drill begins: 'cellmesh drill stop' ends it" }
        if monkeyDesk.feed != nil { return "The monkey is loose: 'cellmesh monkey stop' takes it in" }
        if let fault = faultRegister.schedule.active(at: SystemClock.reading()).first {
            return "The fault \(fault.id) (\(fault.kind.rawValue)) is in force: 'cellmesh heal' ends it"
        }
        for cell in plan.cells {
            let name = ProcessName(.cell, cell.name)
            guard let process = supervisor[name], !unused.contains(name) else { continue }
            if !process.isServing || supervisor.isStopped(process) {
                return "The cell \(cell.name) does not serve: 'cellmesh restart \(cell.name)' starts it"
            }
        }
        return nil
    }

    // MARK: Acts

    var rolloutActs: RolloutDesk.Acts {
        RolloutDesk.Acts(
            look: { [unowned self] changed, done in
                let routers = places.routers()
                ReportCollector.ask(routers, "/v1/figures", as: CellFiguresPage.self, through: client) {
                    [unowned self] pages in
                    var sight = figures.take(pages.values.compactMap { $0 })
                    for unit in changed {
                        guard let process = supervisor[processName(unit)], !process.isRunning,
                            !unused.contains(process.name)
                        else { continue }
                        if case .down(let reason) = process.phase { sight.down[unit] = reason ?? "it was not started" }
                    }
                    done(sight)
                }
            },
            change: { [unowned self] unit, version, done in change(unit, to: version, isBack: false, done) },
            revert: { [unowned self] unit, version, done in change(unit, to: version, isBack: true, done) })
    }

    private func processName(_ unit: String) -> ProcessName {
        ProcessName(topology.cellIndex(named: unit) == nil ? .router : .cell, unit)
    }

    /// Writes down what a cell has from now on, and restarts it beside itself: what fails leaves the one that runs.
    private func change(_ unit: String, to version: Int, isBack: Bool, _ done: @escaping (String?) -> Void) {
        let name = processName(unit)
        guard let process = supervisor[name] else { return done("there is no such process") }
        if name.role == .cell {
            do { try revise(unit, to: version) } catch { return done("\(error)") }
        }
        // Nobody needs it; it has the version when it starts.
        if unused.contains(name), !process.isRunning { return done(nil) }
        if isBack {
            if process.isHeldDown { return done("it was killed, and has the former version when it starts") }
            // It has never gone: the new one did not come so far.
            if let untouched, untouched.name == unit, untouched.identity == process.identity, process.isServing {
                self.untouched = nil
                return done(nil)
            }
        } else {
            guard process.isServing, !supervisor.isStopped(process) else { return done("it does not serve") }
            untouched = process.identity.map { (unit, $0) }
        }
        supervisor.perform(.restart, on: name) { [unowned self] outcome in
            guard outcome.action == "restarted" else { return done(outcome.detail ?? outcome.action) }
            awaitServing(name, until: loop.now() + Self.rolloutPatience, done)
        }
    }

    private static let rolloutPatience = TimeAmount.seconds(20)
    private static let rolloutLook = TimeAmount.milliseconds(50)

    private func awaitServing(_ name: ProcessName, until end: Instant, _ done: @escaping (String?) -> Void) {
        guard let process = supervisor[name], process.isRunning else {
            return done("it ended as soon as it served" + supervisor.logQuote(name))
        }
        // Of a cell without customers nobody expects more than that it runs.
        if [.serving, .evacuated, .drained].contains(state(of: process)) { return done(nil) }
        guard loop.now() < end, !isStopping else {
            return done("it runs and does not serve: it is \(state(of: process).rawValue)")
        }
        let timer = try? LoopTimer.once(loop: loop, after: Self.rolloutLook) { [weak self] in
            self?.awaitServing(name, until: end, done)
        }
        if timer == nil { done("nobody can look whether it serves") }
    }

    /// What a cell has from its next start on.
    private func revise(_ cell: String, to version: Int) throws {
        var revisions = try directory.revisions() ?? BlueprintRevisions()
        guard let index = topology.cellIndex(named: cell) else { return }
        let founding = topology.foundingBlueprints[topology.foundingBlueprint(ofCell: index.position)].name
        revisions.set(version, of: [cell], blueprint: founding, among: cellNames(foundedWith: founding))
        let revised = try topology.revised(revisions)
        try directory.writeRevisions(revisions)
        adopt(revised)
    }

    /// Nil where all cells run what they were founded with.
    func shownVersion(of cell: CellIndex) -> Int? {
        topology.revisions == nil ? nil : runningVersion(of: cell)
    }

    /// The version of a cell's blueprint that runs: one that is being changed has the former one still.
    private func runningVersion(of cell: CellIndex) -> Int {
        let name = topology.cells[cell.position].name
        guard rolloutDesk.pending == name, rolloutDesk.report.state == .changing else {
            return topology.version(of: cell)
        }
        return rolloutDesk.formerVersion(of: name) ?? topology.version(of: cell)
    }
}

/// What routers have told of their attempts, so that what came since can be told apart.
struct FiguresWatch {
    private var pages: [String: CellFiguresPage] = [:]

    /// - Returns: what came since the last look; of a router that is looked at for the first time, nothing.
    mutating func take(_ told: [CellFiguresPage]) -> Rollout.Sight {
        var sight = Rollout.Sight()
        for page in told {
            if let former = pages[page.router] {
                let since = page.since(former)
                sight.requests &+= since.requests
                for (name, cell) in since.cells { sight.cells[name, default: .init()].add(cell) }
            }
            pages[page.router] = page
        }
        return sight
    }
}
