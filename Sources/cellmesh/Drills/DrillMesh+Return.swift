import ControlPlane
import Drills
import Evacuation
import MeshBase
import Replication
import Reports
import Topology

/// What leads back to the mesh of before: of the drill under way, and of one that was killed.
extension DrillMesh {
    /// Takes the evacuation of a region back while that can be done, and restores the region otherwise.
    ///
    /// - Parameters:
    ///   - heedsInterruption: false for the drill's own way back, which goes on after Ctrl-C.
    ///   - note: is told of a plan that this begins: nil before it is asked for, its id once that is known.
    func bringBack(_ region: String, heedsInterruption: Bool, note: (String?) -> Void) throws -> String {
        let status: EvacuationStatus = try api.get("/v1/evacuations")
        if status.isUnderWay, status.kind == .evacuate {
            // Once all have moved it goes on to its end.
            abort()
        }
        try awaitEnd(heedsInterruption: heedsInterruption)
        guard try MeshStatus(api).report.evacuated?.contains(region) ?? false else {
            return "its evacuation was taken back"
        }
        var body = EvacuationBody(EvacuationPlan.Kind.restore.rawValue, region: region)
        body.isDryRun = false
        body.stages = [100]
        body.watchMilliseconds = 200
        note(nil)
        let answer = try begin(body)
        guard answer.begun else {
            throw CommandFailure(
                "the restore was refused: \(answer.forecast.reason ?? "no reason was given")",
                next: "cellmesh restore \(region)")
        }
        note(answer.plan)
        try awaitEnd(heedsInterruption: heedsInterruption)
        guard try MeshStatus(api).report.evacuated?.contains(region) != true else {
            throw CommandFailure("\(region) is not restored", next: "cellmesh restore \(region)")
        }
        return "its customers were brought back"
    }

    /// Starts the cells that are down.
    ///
    /// - Returns: what was done, in words.
    /// - Parameter cells: those that are meant, by name; all where nil.
    func restartDown(among cells: Set<String>? = nil) throws -> String {
        let names = try down(among: cells)
        guard !names.isEmpty else { return "no cell was down" }
        _ = try api.post(
            "/v1/restart", ActionRequest(targets: names.map { "cell/\($0)" }), as: ActionReport.self,
            timeout: .seconds(30))
        let were = names.count == 1 ? "was" : "were"
        return "\(Wording.plural(names.count, "cell")) had gone down and \(were) started again: "
            + names.joined(separator: ", ")
    }

    /// Cells that take customers and do not serve, by name.
    private func down(among cells: Set<String>?) throws -> [String] {
        let dead = try MeshStatus(api).dead(topology)
        return topology.cells.indices.filter { dead.contains(CellIndex($0)) }.map { topology.cells[$0].name }
            .filter { cells?.contains($0) ?? true }
    }

    /// Waits until cells serve that take customers, and starts those that do not.
    ///
    /// - Parameter cells: those that are meant, by name; all where nil.
    /// - Throws: where some are still down after that time, with their names.
    func awaitCells(_ cells: Set<String>? = nil, _ limit: TimeAmount, heedsInterruption: Bool) throws {
        func down() throws -> [String] { try self.down(among: cells) }
        let half = TimeAmount(nanoseconds: limit.nanoseconds / 2)
        if try DrillWait.until(half, heedsInterruption: heedsInterruption, { try down().isEmpty }) != nil { return }
        _ = try? restartDown(among: cells)
        if try DrillWait.until(half, heedsInterruption: heedsInterruption, { try down().isEmpty }) != nil { return }
        let names = try down()
        guard !names.isEmpty else { return }
        throw CellsDown(names: names)
    }

    private func awaitEnd(heedsInterruption: Bool) throws {
        // A control plane that has only just begun does not know of a plan yet: a guard looks for longer.
        let quiet = heedsInterruption ? TimeAmount.seconds(3) : .zero
        var since: Instant?
        let took = try DrillWait.until(
            .minutes(10), every: .milliseconds(150), heedsInterruption: heedsInterruption
        ) {
            try patiently(heedsInterruption: heedsInterruption) {
                let isUnderWay = try api.get("/v1/evacuations", as: EvacuationStatus.self, timeout: .seconds(3))
                    .isUnderWay
                since = isUnderWay ? nil : since ?? Pause.now()
                return since.map { Pause.now() - $0 >= quiet } ?? false
            }
        }
        guard took != nil else {
            throw CommandFailure(
                "the plan under way has not ended within 10 minutes", next: "cellmesh evacuation status --watch")
        }
    }

    /// Of all pages of the queue, up to a million keys of whomever: a key of a drill may stand behind many others.
    private func ownConflicts() -> [ConflictList.Conflict] {
        var own: [ConflictList.Conflict] = []
        var place: RecordPosition?
        for _ in 0..<1_000 {
            let page = MeshConflicts(directory, after: place, limit: MeshConflicts.most)
            own += page.conflicts.filter { DrillLoad.isOwn($0.siblings.map(\.text)) }
            guard let next = page.next.flatMap({ RecordPosition(text: $0) }) else { break }
            place = next
        }
        return own
    }

    /// Tidies up once nothing writes any more.
    ///
    /// - Parameter load: the drill's own, which is ended first.
    func tidy(after load: BackgroundLoad?, _ progress: ProgressLine) throws -> String {
        load?.cancel()
        progress.show("tidying up")
        return try tidy()
    }

    /// Both sides of a cut, and cells that were away, may leave keys of the drill's own for somebody to choose: nobody has to.
    /// Keys with a value of anybody else are left alone.
    ///
    /// - Returns: what was done, in words.
    func tidy() throws -> String {
        guard topology.blueprints.contains(where: { $0.store?.queuesConflicts ?? false }) else {
            return "no key waits for anybody"
        }
        let begun = Pause.now()
        guard let router = DrillLoad.router(directory, topology) else {
            throw DrillTrouble(.probeError, "no router runs: keys may wait on the queue of 'cellmesh conflicts ls'")
        }
        var resolved: Set<String> = []
        var waiting = 0
        var isQuiet = false
        // Cells come to know of each other's values in the background, hints first.
        while Pause.now() - begun < .seconds(30) {
            if Interruption.hasCome, Pause.now() - begun > .seconds(1) {
                throw DrillTrouble(
                    .interrupted, "\(Interruption.reason); keys may wait on the queue of 'cellmesh conflicts ls'")
            }
            let own = ownConflicts()
            waiting = own.count
            for conflict in own {
                let record = RecordAtRouter(router.endpoint, customer: conflict.customer, key: conflict.key)
                guard let siblings = try? record.siblings(), DrillLoad.isOwn(siblings.map(\.text)),
                    let choice = try? record.choice(siblings[0]), (try? record.write(choice, over: siblings)) != nil
                else { continue }
                resolved.insert(conflict.customer + "/" + conflict.key)
            }
            let wasQuiet = isQuiet
            isQuiet = own.isEmpty && hints == 0
            if isQuiet, wasQuiet { break }
            Pause.sleep(.milliseconds(500))
        }
        let done =
            "\(Wording.plural(resolved.count, "key")) of drills' own resolved that waited for somebody to choose"
        guard waiting == 0 else {
            throw DrillTrouble(
                .probeError, "\(done); \(waiting) still wait: 'cellmesh conflicts ls' names them")
        }
        return resolved.isEmpty ? "no key waits for anybody" : done
    }

    // MARK: What is asked of the control plane

    /// Cells that a drill has had go down and that do not come up again.
    struct CellsDown: Error, CustomStringConvertible {
        var names: [String]
        var description: String { "\(names.joined(separator: ", ")) \(names.count == 1 ? "is" : "are") down" }
    }

    func begin(_ plan: EvacuationBody) throws -> EvacuationAnswer {
        var plan = plan
        plan.isOfDrill = true
        return try api.post("/v1/evacuations", plan, timeout: .seconds(30))
    }

    /// Takes a plan back where that can still be done.
    func abort() {
        _ = try? api.post("/v1/evacuations/abort", EmptyBody(), as: EvacuationStatus.self, timeout: .seconds(30))
    }

    func faults() throws -> [FaultReport] { try api.get("/v1/faults", as: FaultsReport.self).faults }

    /// The fault that a mark stands for: by its id, or, while that is not known, that on the same targets that is no older than
    /// its drill.
    func own(_ mark: DrillTrace.Fault, in faults: [FaultReport], since began: String) -> FaultReport? {
        faults.first { fault in
            mark.id.map { fault.id == $0 }
                ?? (fault.kind == mark.kind && fault.targets == mark.targets && fault.created >= began)
        }
    }

    @discardableResult func endFault(_ id: String) throws -> FaultsReport {
        try api.post("/v1/faults/remove", FaultRemoval(ids: [id]), timeout: .seconds(30))
    }
}
