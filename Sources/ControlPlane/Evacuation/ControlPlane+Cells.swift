import Evacuation
import MeshBase
import Sharding
import Store
import Telemetry
import Topology
import UVDriver

/// Cells that join the mesh while it runs, and cells that leave it.
///
/// What is added stands in `cells.json` before its process starts; it takes customers only by a plan that the deciders
/// keep. Whatever dies in between, such a cell is there and idle, and the next `cell add` takes it first.
extension ControlPlane {
    /// Whether every process knows the cells and each of these serves.
    private struct CellsPage: Decodable { var cells: Int }

    private static let growthPatience = TimeAmount.seconds(15)
    private static let growthInterval = TimeAmount.milliseconds(25)
    /// Most cells in one command.
    static let mostAtOnce = 100

    func addCells(
        _ request: EvacuationRequest, completion: @escaping (Result<EvacuationAnswer, APIFailure>) -> Void
    ) {
        let region = topology.regions.firstIndex { $0.name == request.region }!
        let further: FurtherCells
        do throws(APIFailure) {
            guard topology.cells.contains(where: { $0.region == region }) else {
                throw APIFailure(409, "Region '\(request.region)' has no cell to go by. Nothing was changed.")
            }
            let zone = try zone(request.zone, of: region)
            do throws(GrowthFault) {
                further = try FurtherCells(request.count ?? 1, in: region, zone: zone, topology, desk.table)
            } catch { throw APIFailure(409, "Nothing was changed: \(error).") }
        } catch { return completion(.failure(error)) }
        if !request.isDryRun { isAddingCells = true }
        let completion: (Result<EvacuationAnswer, APIFailure>) -> Void = { [unowned self] in
            if !request.isDryRun { isAddingCells = false }
            completion($0)
        }
        // Judged as if they were there: what is refused adds nothing.
        var wish = EvacuationDesk.Wish(
            kind: .add, region: request.region, cells: further.cells, topology: further.topology,
            assumedAlive: Set(further.cells))
        if !request.isOfDrill { wish.drill = directory.runningDrill?.name }
        desk.judge(wish, confirmation: .notNeeded, stages: request.stages, isForced: request.isForced) {
            [unowned self] judgement in
            if request.isDryRun { return completion(.success(.foreseen(judgement.forecast))) }
            guard judgement.verdict.mayBegin else { return completion(.success(judgement.refusal)) }
            do throws(APIFailure) { try bring(further) } catch { return completion(.failure(error)) }
            awaitCells(further.cells, until: loop.now() + Self.growthPatience) { [unowned self] lacking in
                if let lacking {
                    return completion(
                        .failure(
                            APIFailure(
                                503,
                                "\(further.names.joined(separator: ", ")) \(further.cells.count == 1 ? "is" : "are") part "
                                    + "of the mesh now and \(further.cells.count == 1 ? "holds" : "hold") no customer: "
                                    + "\(lacking). The same command goes on where this one has stopped.")))
                }
                start(
                    EvacuationDesk.Wish(
                        kind: .add, region: request.region, cells: further.cells, topology: topology), request,
                    completion)
            }
        }
    }

    func drainCells(
        _ request: EvacuationRequest, completion: @escaping (Result<EvacuationAnswer, APIFailure>) -> Void
    ) {
        var cells: [CellIndex] = []
        do throws(APIFailure) {
            for name in request.cells ?? [] {
                let names: [ProcessName]
                do throws(UnknownTarget) { names = try TargetList([name], in: topology).processes } catch {
                    throw APIFailure(404, "\(error). Nothing was changed.")
                }
                guard names.count == 1, names[0].role == .cell, let cell = topology.cellIndex(named: names[0].name)
                else { throw APIFailure(400, "'\(name.prefix(64))' is not one cell. Nothing was changed.") }
                if !cells.contains(cell) { cells.append(cell) }
            }
            let regions = Set(cells.map { topology.cells[$0.position].region })
            guard regions.count == 1 else {
                throw APIFailure(400, "Drain cells of one region at a time. Nothing was changed.")
            }
        } catch { return completion(.failure(error)) }
        let region = topology.regions[topology.cells[cells[0].position].region].name
        start(
            EvacuationDesk.Wish(kind: .drain, region: region, cells: cells.sorted(), topology: topology), request,
            completion)
    }

    /// What has ended in draining cells leaves processes that nobody needs.
    func retireDrained(_ plan: PlanDecree) {
        guard plan.kind == .drain else { return }
        let unused = CellUse(desk.table, topology).unusedNames(topology)
        for cell in plan.cells {
            let name = ProcessName(.cell, topology.cells[cell.position].name)
            if unused.contains(name) { supervisor.retire(name) }
        }
    }

    // MARK: Steps

    private func zone(_ name: String?, of region: Int) throws(APIFailure) -> Int? {
        guard let name else { return nil }
        let zones = topology.regions[region].zones
        guard let zone = zones.firstIndex(of: name) else {
            throw APIFailure(
                404,
                "Region '\(topology.regions[region].name)' has no zone '\(name.prefix(64))': zones are "
                    + "\(zones.joined(separator: ", ")). Nothing was changed.")
        }
        return zone
    }

    /// Writes down what is new, tells every part of the control plane, and starts the processes.
    private func bring(_ further: FurtherCells) throws(APIFailure) {
        if further.newCount > 0 {
            do {
                // It only grows: one that is damaged, or somebody else's, is not written over.
                let known = try directory.withAddedCells(topology.asFounded)
                guard known.addedSince == topology.addedSince else {
                    throw DataDirectoryError.damaged(
                        path: directory.cellsPath, reason: "it does not name the cells that this mesh has")
                }
                try directory.createProcessDirectories(further.topology)
                try supervisor.journal.found(Array(further.cells.suffix(further.newCount)), of: further.topology)
                try directory.writeAddedCells(further.topology.addedSince)
            } catch { throw APIFailure(500, "Nothing was changed: \(error).") }
            grow(further.topology)
        }
        let names = further.names.map { ProcessName(.cell, $0) }
        for (name, cell) in zip(names, further.cells) {
            let event = TelemetryEvent(
                time: loop.wallClock(), type: "mesh", action: "cell-added", id: name.name,
                attributes: [.init("cell", .integer(Int64(cell.rawValue)))])
            _ = try? journal.append(JournalEvent(event))
        }
        supervisor.start(names)
    }

    /// Nil once every process that runs knows of the cells, and each of these serves and is reached.
    private func awaitCells(_ cells: [CellIndex], until: Instant, _ then: @escaping (String?) -> Void) {
        let places = places
        let count = topology.cells.count
        ReportCollector.ask(places.cells() + places.routers(), "/v1/cells", as: CellsPage.self, through: client) {
            [unowned self] pages in
            var lacking: String?
            if let behind = pages.filter({ ($0.value?.cells ?? 0) < count }).keys.min() {
                lacking = "\(behind) has not heard of \(cells.count == 1 ? "it" : "them")"
            }
            for cell in cells {
                let name = ProcessName(.cell, topology.cells[cell.position].name)
                let process = supervisor[name]
                if let reason = process?.startFailure { return then("\(name) did not start: \(reason)") }
                if process?.isServing != true { lacking = "\(name) does not serve yet" }
                if !places.isAlive(cell) || !places.isReached(cell) { lacking = lacking ?? "no router reaches \(name)" }
            }
            guard let lacking else { return then(nil) }
            guard loop.now() < until else { return then(lacking) }
            _ = try? LoopTimer.once(loop: loop, after: Self.growthInterval) { [unowned self] in
                awaitCells(cells, until: until, then)
            }
        }
    }

    private func grow(_ topology: MeshTopology) {
        adopt(topology)
        use = CellUse(placement, topology)
        unused = use.unusedNames(topology)
        runtime.grow(topology)
        hostMap.follow(topology)
        supervisor.grow(topology.processNames)
        countCustomers()
    }

    /// The topology is another one, of the same cells or more.
    func adopt(_ topology: MeshTopology) {
        self.topology = topology
        faultRegister.grow(topology)
        desk.grow(topology)
    }
}
