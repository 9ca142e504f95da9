import Foundation
import MeshBase
import Store
import Testing
import Topology

@testable import ControlPlane

/// A directory of its own for a test, removed at its end.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "cellmesh-control-" + SecretText.random(bytes: 6)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A created data directory with the model of `Sample.topology`.
    func mesh(_ name: String = "shop", topology: MeshTopology = Sample.topology) throws -> DataDirectory {
        let directory = try MeshHome(path: path).directory(name)
        _ = try MeshPreparation.prepare(directory, topology)
        return directory
    }

    func journal(_ directory: DataDirectory) throws -> Journal { try Journal(path: directory.journalPath) }
}

enum Sample {
    /// Two regions of two cells each, one router.
    static let topology = MeshTopology(
        name: "shop", seed: 42, regions: [Region(name: "eu"), Region(name: "us", zones: ["a", "b"])],
        cells: [
            Cell(name: "eu-1", region: 0, zone: 0), Cell(name: "eu-2", region: 0, zone: 0),
            Cell(name: "us-1", region: 1, zone: 0), Cell(name: "us-2", region: 1, zone: 1),
        ],
        blueprints: [Blueprint(name: "echo", services: [Service(name: "echo")])], customers: Customers(count: 100),
        sharding: ShardingPolicy(size: 2), routers: [Router(name: "r1", region: 0)], control: Control(region: 0))

    static let eu1 = ProcessName(.cell, "eu-1")
    static let eu2 = ProcessName(.cell, "eu-2")
    static let us1 = ProcessName(.cell, "us-1")
    static let us2 = ProcessName(.cell, "us-2")
    static let r1 = ProcessName(.router, "r1")
}
