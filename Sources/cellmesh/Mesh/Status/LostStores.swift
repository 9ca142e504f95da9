import ControlPlane
import MeshBase
import Replication
import Reports
import Sharding
import Store
import Topology

/// The stores of a mesh that have no vote, and the customers whose records are refused for it.
struct LostStores {
    struct Cell: Equatable {
        var name: String
        /// As in `StoreLife`; `unknown` where neither the cell nor its file tells.
        var life: String
        /// What it does about it: `asking waiting pulling`, or `down`.
        var stage: String
        var records: Int?
        var waitsMilliseconds: Int?
        /// Cells without which it does not go on, each with the reason.
        var missing: [StoreVote.Missing]

        /// It waits for others that may never come.
        var isStuck: Bool { !missing.isEmpty }
    }

    var cells: [Cell] = []
    /// Customers of the topology whose shards have too few stores with a vote, running or not.
    var refused = 0
    var customers: Int
}

extension LostStores {
    init(_ directory: DataDirectory, _ topology: MeshTopology) {
        self.init(customers: topology.customers.count)
        var pages: [String: StoreVote] = [:]
        for answer in ProcessPages.get("/v1/store", of: directory, as: StoreVote.self) {
            pages[answer.name] = answer.page
        }
        var mute = CellSet()
        for (position, cell) in topology.cells.enumerated()
        where topology.blueprints[cell.blueprint].store != nil {
            guard let lost = Self.cell(cell.name, pages[cell.name], directory) else { continue }
            cells.append(lost)
            mute.insert(CellIndex(position))
        }
        guard !cells.isEmpty, let placement = try? Placement(topology, table: directory.placement()) else { return }
        for number in 1...max(topology.customers.count, 1) {
            let shard = placement.shard(of: CustomerHash(number: number))
            guard shard.count > 0, let store = topology.blueprint(of: shard[0]).store else { continue }
            let rule = QuorumRule(tier: store.strictest)
            if shard.count - shard.count(in: mute) < max(rule.read.of(shard.count), rule.write.of(shard.count)) {
                refused += 1
            }
        }
    }

    /// Nil for a store that votes.
    private static func cell(_ name: String, _ page: StoreVote?, _ directory: DataDirectory) -> Cell? {
        if let page {
            guard page.life != StoreLife.votes.rawValue else { return nil }
            return Cell(
                name: name, life: page.life, stage: page.stage, records: page.records,
                waitsMilliseconds: page.waitsMilliseconds, missing: page.missing)
        }
        let path = directory.storePath(of: name)
        // A cell of this directory that has no store any more, and one that has never run.
        guard SystemFile.exists(path) else {
            return directory.process(.cell, name) == nil
                ? nil : Cell(name: name, life: "missing", stage: "down", missing: [])
        }
        guard let identity = try? StoreFile.identity(path: path) else {
            return Cell(name: name, life: "unknown", stage: "down", missing: [])
        }
        return identity.life == .votes
            ? nil : Cell(name: name, life: identity.life.rawValue, stage: "down", missing: [])
    }
}
