import ControlPlane
import MeshBase
import Reports
import Sharding
import UVDriver

/// The status of a mesh without its control plane, from the data directory and the processes' own probes.
enum OrphanedStatus {
    static func report(_ mesh: DataDirectory) throws -> StatusReport {
        let model = try StoredMesh(mesh)
        let topology = model.topology
        let use = CellUse(model.table, topology)
        let evacuation = StoredEvacuation.status(mesh, model)
        let cells = topology.cells.map { cell in (cell, mesh.process(.cell, cell.name)) }
        let answers = probe(cells.map { $0.1 })
        var serving = 0
        let states = cells.indices.map { position -> ProcessState in
            let isUnused = use.unused.contains(CellIndex(position))
            guard let file = cells[position].1, file.identity.isRunning else { return isUnused ? .drained : .down }
            switch answers[position] {
            case 200?:
                if isUnused { return .drained }
                if !use.vacant.contains(CellIndex(position)) { serving += 1 }
                return use.evacuated.contains(cells[position].0.region) ? .evacuated : .serving
            case .some: return .degraded
            case nil: return .unreachable
            }
        }
        var report = StatusReport(
            mesh: mesh.name, seed: topology.seed, epoch: model.table.highestEpoch.rawValue,
            state: serving == cells.count - use.vacant.count ? "serving" : serving == 0 ? "down" : "degraded",
            cells: cells.indices.map { position in
                let (cell, file) = cells[position]
                let region = topology.regions[cell.region]
                let running = file.flatMap { $0.identity.isRunning ? $0 : nil }
                return StatusReport.Cell(
                    name: cell.name, region: region.name, zone: region.zones[cell.zone], pid: running?.pid,
                    state: states[position], address: running?.data, customers: nil,
                    takesCustomers: use.taking.contains(CellIndex(position)))
            },
            routers: topology.routers.map { router in
                let running = mesh.process(.router, router.name).flatMap { $0.identity.isRunning ? $0 : nil }
                return StatusReport.Router(
                    name: router.name, pid: running?.pid, state: nil, address: running.map { "http://\($0.data)" })
            }, control: StatusReport.Control(pid: nil, address: nil), faults: nil)
        report.evacuated = use.evacuated.sorted().map { topology.regions[$0].name }
        report.evacuation = evacuation.isUnderWay ? evacuation : nil
        return report
    }

    /// The status that each process's readiness probe gives; nil for no answer.
    private static func probe(_ files: [ProcessFile?]) -> [Int?] {
        let endpoints = files.map { file in file.flatMap { $0.identity.isRunning ? Endpoint($0.admin) : nil } }
        let requests = endpoints.compactMap { $0 }.map { HTTPOutgoing(.get, $0, "/readyz") }
        var answers = BlockingHTTPClient.send(requests, timeout: .milliseconds(500))[...]
        return endpoints.map { endpoint in
            guard endpoint != nil, let answer = answers.popFirst() else { return nil }
            return (try? answer.get())?.status
        }
    }
}
