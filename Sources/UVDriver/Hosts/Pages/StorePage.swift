import MeshBase
import Nodes
import Telemetry
import Topology

/// `/v1/store`: whether a cell's store votes, and how far its refill has come.
enum StorePage {
    /// How busy and how well the cell is, which of its services fail, and what moves have cost it; `verified` and `filled`
    /// only rise.
    static func vitals(_ node: UnsafeMutablePointer<CellNode>) -> String {
        let health = node.pointee.health
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("utilisation", node.pointee.utilisation)
            json.field("store_full", node.pointee.storeTrouble == .full)
            json.field("filled", node.pointee.filledRecords)
            json.field("verified", node.pointee.verifiedRecords)
            json.field("damaged", node.pointee.counters.damagedCohorts)
            json.field("dropped", node.pointee.counters.recordsDropped)
            json.field("swept", node.pointee.counters.tombstonesSwept)
            if let hints = node.pointee.hintStatus {
                json.field("hints", hints.outstanding)
                json.field("oldest_hint_ms", hints.oldestMilliseconds)
            }
            json.field("health_score", health.score)
            json.field("health", "\(health.state.name)")
            json.services(health.services.filter(\.isFailing))
        }
        return json.string + "\n"
    }

    static func text(_ status: StoreStatus, _ topology: MeshTopology, cell: String) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("cell", cell)
            json.field("store_id", String(status.storeID, radix: 16))
            json.field("life", status.life.rawValue)
            json.field("stage", status.stage.rawValue)
            json.field("waits_ms", Int64(status.waits.milliseconds))
            json.field("records", status.records)
            json.field("sources", status.sources)
            json.array("missing") { json in
                for missing in status.missing {
                    json.object { json in
                        json.field("cell", topology.cells[missing.cell.position].name)
                        json.field("reason", missing.reason.rawValue)
                    }
                }
            }
        }
        return json.string + "\n"
    }
}
