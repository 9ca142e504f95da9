import ControlPlane
import MeshBase
import Sharding
import UVDriver

/// The status of a mesh without its control plane, from the data directory and the processes' own probes.
enum OrphanedStatus {
    static func document(_ mesh: DataDirectory) throws -> JSONValue {
        let model = try StoredMesh(mesh)
        let topology = model.topology
        let use = CellUse(model.table, topology)
        let moving = StoredEvacuation.last(mesh, cohorts: model.table.entries.count).flatMap { status in
            status.outcome == .running || status.outcome == .paused ? try? StoredEvacuation.document(mesh) : nil
        }
        let cells = topology.cells.map { cell in (cell, mesh.process(.cell, cell.name)) }
        let answers = probe(cells.map { $0.1 })
        var serving = 0
        let states = cells.indices.map { position -> String in
            let isUnused = use.unused.contains(CellIndex(position))
            guard let file = cells[position].1, file.identity.isRunning else { return isUnused ? "drained" : "down" }
            switch answers[position] {
            case 200?:
                if isUnused { return "drained" }
                if !use.vacant.contains(CellIndex(position)) { serving += 1 }
                return use.evacuated.contains(cells[position].0.region) ? "evacuated" : "serving"
            case .some: return "degraded"
            case nil: return "unreachable"
            }
        }
        return .document([
            ("mesh", .string(mesh.name)), ("seed", .integer(topology.seed)),
            ("epoch", .integer(model.table.highestEpoch.rawValue)),
            (
                "state",
                .string(serving == cells.count - use.vacant.count ? "serving" : serving == 0 ? "down" : "degraded")
            ),
            (
                "cells",
                .array(
                    cells.indices.map { position in
                        let (cell, file) = cells[position]
                        let region = topology.regions[cell.region]
                        let isRunning = file?.identity.isRunning ?? false
                        return .object([
                            ("name", .string(cell.name)), ("region", .string(region.name)),
                            ("zone", .string(region.zones[cell.zone])),
                            ("pid", isRunning ? .integer(file?.pid) : .null), ("state", .string(states[position])),
                            ("address", isRunning ? .string(file?.data) : .null), ("customers", .null),
                            ("takes_customers", .bool(use.taking.contains(CellIndex(position)))),
                        ])
                    })
            ),
            (
                "routers",
                .array(
                    topology.routers.map { router in
                        let file = mesh.process(.router, router.name)
                        let isRunning = file?.identity.isRunning ?? false
                        return .object([
                            ("name", .string(router.name)), ("pid", isRunning ? .integer(file?.pid) : .null),
                            ("address", isRunning ? .string(file.map { "http://\($0.data)" }) : .null),
                        ])
                    })
            ),
            ("control", .object([("pid", .null), ("address", .null)])),
            ("evacuated", .strings(use.evacuated.sorted().map { topology.regions[$0].name })),
            ("evacuation", moving ?? .null),
        ])
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
