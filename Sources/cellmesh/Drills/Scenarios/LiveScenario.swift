import Chaos
import Checkers
import ControlPlane
import Drills
import LoadGenerator
import Membership
import MeshBase
import Reports
import Scenarios
import Telemetry
import Topology
import UVDriver

/// Runs a scenario on the mesh that is up: carries out what `ScenarioRun` orders, tells it what is seen, and keeps the report.
final class LiveScenario {
    let mesh: DrillMesh
    let console: Console
    let progress: ProgressLine
    let leftovers: DrillLeftovers
    var run: ScenarioRun
    var load: BackgroundLoad?
    /// Loads that a step has added, by the key of its action.
    var further: [Int: BackgroundLoad] = [:]
    private var watch: ScenarioWatch?
    private let pulse = Pulse()
    private var history: EventHistory
    /// From the clock of this run to the wall's, in nanoseconds.
    private let offset: Int64
    private var lookAt = Instant.zero
    private var isTold = false
    /// Evacuations and restores that were begun and have not ended.
    var moves: [Int: LiveMove] = [:]
    var marks = DrillTrace.Marks()
    /// Cells that it has had go down, by name, and those of them that have not come up again.
    var victims: Set<String> = []
    var stillDown: [String] = []
    /// When the leases of its faults are over, and how many targets these had, by the key of the action.
    var leases: [Int: Instant] = [:]
    var targets: [Int: Int] = [:]
    /// The pid of the control plane that a step has ended.
    var isControlGone = false
    /// How the mesh was before a region was left.
    var inventory: LiveInventory?
    /// What each side of a cut was answered while it was in force.
    var cut: [LoadWindows.Window] = []
    private var readingSince: Instant?
    private var told = 0
    private let notice: DrillNotice
    /// Requests and programs that are under way.
    let calls: ScenarioCaller

    /// How long reading back may take.
    private static let longestReading = TimeAmount.minutes(3)

    init(
        _ scenario: Scenario, _ directory: DataDirectory, command: String, _ notice: DrillNotice, _ console: Console
    ) throws {
        calls = try ScenarioCaller(scenario)
        mesh = try DrillMesh(directory)
        self.console = console
        self.notice = notice
        progress = ProgressLine(console)
        leftovers = DrillLeftovers(directory)
        let began = WallClock.now()
        let wall = Timestamp.string(began)
        offset = began - Pause.now().nanoseconds
        let swim = SWIMConfiguration(mesh.topology.membership)
        let members = mesh.topology.cells.count + mesh.topology.routers.count + 1
        run = ScenarioRun(
            scenario, id: ReportShelf.id(of: scenario.name, wall: wall), mesh: directory.name, target: nil,
            command: command, wall: wall,
            profile: .init(
                detection: swim.detectionBound(members: members), agreement: swim.agreementBound(members: members)),
            topology: (try? directory.model()).map { MeshReporter.digest(of: $0) }, now: Pause.now())
        history = EventHistory(directory, .init(since: began, types: ScenarioRun.events))
        mesh.onSilence { [progress] in progress.show($0, isLast: true) }
    }

    deinit { close() }

    /// Lets go of what still runs in this process.
    func close() {
        load?.cancel()
        for load in further.values { load.cancel() }
        watch?.close()
        pulse.close()
        calls.close()
    }

    /// Runs it to its end.
    ///
    /// - Throws: where it was refused, and nothing was done.
    func perform() throws -> DrillReport {
        defer { progress.end() }
        while !run.isOver {
            for length in pulse.take() { handle(.stood(length)) }
            for order in run.takeOrders() { carryOut(order) }
            if Interruption.hasCome, !isTold {
                isTold = true
                handle(.interrupted(Interruption.reason))
            }
            poll()
            run.wake(now: Pause.now())
            tell()
            if !run.isOver, !run.hasOrders { Pause.sleep(.milliseconds(50)) }
        }
        // In its last step nobody looks.
        if Interruption.hasCome, !isTold, run.refusal == nil { handle(.interrupted(Interruption.reason)) }
        if run.inForce == nil { leftovers.forget() } else { leftovers.noteEnd(trace(isOver: true)) }
        tell()
        if let refusal = run.refusal {
            throw refusalFailure ?? CommandFailure(.declined, "\(refusal); nothing was changed")
        }
        guard let report = run.finish(now: Pause.now()) else { throw CommandFailure("the scenario has no report") }
        return report
    }

    /// Why it was refused, with what to do next.
    private var refusalFailure: CommandFailure?

    /// - Parameter now: when it happened; now where nil.
    func handle(_ event: ScenarioRun.Event, now: Instant? = nil) {
        run.noted = marks.words + stillDown.map { "\($0) is down" }
        run.handle(event, now: now ?? Pause.now())
    }

    func refuse(_ failure: CommandFailure) {
        refusalFailure = failure
        handle(.refused(failure.message))
    }

    // MARK: What is told meanwhile

    /// Each step as it ends, and where the run is.
    private func tell() {
        notice.tell(run.phase.rawValue, report: run.report)
        while told < run.report.steps.count {
            let step = run.report.steps[told]
            told += 1
            guard console.format != .json else { continue }
            progress.end()
            let text = "\(step.name): \(step.detail)"
            console.message(step.outcome == .failed ? console.painted(text, .yellow) : text)
        }
        guard !run.isOver, console.format != .json else { return }
        progress.show(run.phase.rawValue + (run.sentence.isEmpty ? "" : ": \(run.sentence)"))
    }

    // MARK: Orders

    private func carryOut(_ order: ScenarioRun.Order) {
        do {
            switch order {
            case .validate: try validate()
            case .predict: try predict()
            case .announce(let title, let notice):
                console.message("in \(Wording.time(milliseconds: notice.milliseconds)): \(title)")
            case .startLoad: try startLoad()
            case .begin(let key, let action): try begin(key, action)
            case .end(let key): try end(key)
            case .ask(let key, let probe): calls.begin(.look(key), probe.call)
            case .readBack: readBack()
            case .tidy: try tidy()
            }
        } catch let trouble as DrillTrouble {
            handle(.failed(order.key, trouble.outcome, trouble.detail))
        } catch {
            let failure = error as? CommandFailure ?? CommandFailure("\(error)")
            switch order {
            case .validate, .predict: refuse(failure)
            case .startLoad where failure.status == .usage: refuse(failure)
            case .tidy, .readBack: handle(.failed(nil, .probeError, failure.message))
            default: handle(.failed(order.key, .error, failure.message))
            }
        }
    }

    /// How long the feed has to tell how the mesh is.
    private static let sightPatience = TimeAmount.seconds(2)

    /// The mesh as it is before anything is done; nil where nobody tells.
    var firstSight: ScenarioSight? {
        if watch == nil { watch = ScenarioWatch(mesh.directory) }
        let end = Pause.now() + Self.sightPatience
        while watch?.latest == nil, Pause.now() < end, !Interruption.hasCome { Pause.sleep(.milliseconds(20)) }
        return watch?.latest
    }

    private func startLoad() throws {
        // What stood open before the load's own calls is known.
        if let sight = firstSight { handle(.sight(sight)) }
        noteLoad()
        let through = through
        load = try BackgroundLoad(try sides())
        handle(.loadStarted("\(Wording.fixed(run.scenario.load.rate, 0)) requests/s", through: through))
    }

    /// The router that the load goes through, by name; none where there is one on each side.
    var through: Set<String> {
        guard !run.scenario.load.isTwoSided else { return [] }
        return Set([DrillLoad.router(mesh.directory, mesh.topology)?.name].compactMap { $0 })
    }

    /// What a load asks, and of whom.
    func side(_ wanted: ScenarioLoad, factor: Double = 1) throws -> BackgroundLoad.Side {
        guard let router = DrillLoad.router(mesh.directory, mesh.topology) else {
            throw DrillTrouble(.baselineNotMet, "no router runs")
        }
        return .init(
            name: router.name, router: router.endpoint,
            configuration: try DrillLoad.configuration(
                wanted, factor: factor, seed: run.scenario.seed ?? mesh.topology.seed, mesh.topology,
                try mesh.placement()))
    }

    private func readBack() {
        for load in further.values { load.cancel() }
        further = [:]
        guard let load else {
            handle(.found(ScenarioFound(), DrillNoise()))
            return
        }
        readingSince = Pause.now()
        // Whoever asks for an end does not wait for it.
        if Interruption.hasCome { load.cancel() } else { load.stop() }
    }

    private func tidy() throws {
        do {
            if !victims.isEmpty {
                progress.show("waiting for \(victims.sorted().joined(separator: ", "))")
                try mesh.patiently(heedsInterruption: false) {
                    try mesh.awaitCells(victims, .seconds(20), heedsInterruption: false)
                }
            }
            marks.downCells = nil
        } catch {
            stillDown = (error as? DrillMesh.CellsDown)?.names ?? victims.sorted()
        }
        handle(.tidied(try mesh.tidy(after: load, progress)))
    }

    // MARK: What is seen

    private func poll() {
        let now = Pause.now()
        if run.phase == .validate || run.phase == .predict { return }
        if watch == nil { watch = ScenarioWatch(mesh.directory) }
        do {
            for var second in try load?.takeSeconds() ?? [] {
                if run.scenario.asksRegions { second.tellRegions { mesh.topology.region(ofCell: $0) } }
                handle(.second(second))
            }
        } catch {
            handle(.failed(nil, .error, (error as? CommandFailure)?.message ?? "\(error)"))
        }
        let sights = watch?.take() ?? []
        if !sights.isEmpty {
            let epoch = try? mesh.directory.newestTable().version
            for (sight, at) in sights {
                var sight = sight
                sight.epoch = epoch ?? sight.epoch
                handle(.sight(sight), now: at)
            }
        }
        for (purpose, outcome) in calls.takeOutcomes() { tell(purpose, outcome) }
        guard now >= lookAt else { return }
        lookAt = now + .milliseconds(250)
        followEvents()
        for (key, move) in moves.sorted(by: { $0.key < $1.key }) { follow(key, move) }
        followReading(now)
    }

    /// Tells what processes have written down since.
    func followEvents() {
        for entry in history.next() {
            handle(.event(entry.event, at: .zero + .nanoseconds(entry.time - offset)))
        }
    }

    private func followReading(_ now: Instant) {
        guard let since = readingSince, let load else { return }
        guard load.isFinished else {
            if now - since > Self.longestReading {
                readingSince = nil
                load.cancel()
                handle(.failed(nil, .probeError, "the load has not read everything back within 3 minutes"))
            }
            return
        }
        readingSince = nil
        do {
            let all = try load.result()
            found = all.first
            let noise = DrillNoise(
                lateMilliseconds: all.map { max($0.noise.lateP99, $0.noise.lagP99) }.max() ?? 0,
                dropped: all.reduce(0) { $0 + $1.report.dropped })
            tellCut(all)
            takeStock()
            handle(.found(Self.found(all), noise))
        } catch {
            handle(.failed(nil, .probeError, (error as? CommandFailure)?.message ?? "\(error)"))
        }
    }

    /// What the load has found, once it has.
    private(set) var found: BackgroundLoad.Found?

    private static func found(_ all: [BackgroundLoad.Found]) -> ScenarioFound {
        var found = ScenarioFound()
        found.acknowledged = all.reduce(0) { $0 + $1.report.writes.acknowledged }
        found.lost = all.reduce(0) { $0 + $1.report.writes.lost }
        found.unverified = all.reduce(0) { $0 + $1.report.writes.unverified }
        found.isVerified = all.allSatisfy(\.report.writes.verified)
        found.violations = all.flatMap { found in
            // Each side of a cut is judged by itself.
            let side = all.count > 1 ? ", \(found.side)" : ""
            return found.report.verdicts.filter { $0.oracle != "acknowledged-writes" && $0.conclusive }.map {
                ($0.oracle + side, $0.isViolated, $0.detail)
            }
        }
        return found
    }
}

extension ScenarioRun.Order {
    /// The action that it is about.
    var key: Int? {
        switch self {
        case .begin(let key, _), .end(let key): key
        case .validate, .predict, .announce, .startLoad, .ask, .readBack, .tidy: nil
        }
    }
}
