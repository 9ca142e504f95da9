import Checkers
import MeshBase
import Replication
import Sharding
import Topology

/// Once all is whole and no hint is left, every member of a shard has the same of each record of tier important; where cells
/// repair, of tier critical too.
extension Simulation {
    /// Hints on the disks of all cells.
    var hintsLeft: Int { machines.reduce(0) { $0 + ($1.disk?.hints.count ?? 0) } }

    /// Nil where customers have moved: their shards are others now.
    /// - Parameter repaired: cells have compared their records, so that those of tier critical are alike as well.
    func compareReplicas(repaired: Bool = false) -> Verdict? {
        guard moves.entries == 0 else { return nil }
        var different = Violations<Int>()
        var compared = 0
        let disks = topology.cells.indices.map { machines[$0].disk }
        for (position, disk) in disks.enumerated() {
            // Sorted, so that the order of the dictionary does not matter.
            let records = (disk.map { Array($0.records) } ?? []).sorted { a, b in
                RecordPosition(hash: a.key.hash, customer: a.key.customer, key: a.key.key)
                    < RecordPosition(hash: b.key.hash, customer: b.key.customer, key: b.key.key)
            }
            for (key, record) in records {
                let shard = placement.shard(of: key.hash)
                let tier = topology.blueprint(of: CellIndex(position)).store?
                    .tier(ofKey: String(decoding: key.key, as: UTF8.self))
                guard tier == .important || repaired && tier == .critical, !ClaimKey.isClaim(key.key),
                    shard.contains(CellIndex(position))
                else { continue }
                compared += 1
                for member in shard where disks[member.position]?.lacks(record, key) ?? true {
                    different.add(
                        position,
                        "\(topology.cells[member.position].name) lacks what \(topology.cells[position].name) has")
                }
            }
        }
        let left = hintsLeft
        var detail = "\(compared) records compared, \(left) hints left"
        if !different.isEmpty { detail += "; " + different.summary }
        return Verdict(
            oracle: "replicas", ok: different.isEmpty && left == 0, compared > 0 ? .judged : .vacuous, detail: detail)
    }
}
