import MeshBase
import Nodes
import Telemetry
import Topology

/// `/v1/store`: whether a cell's store votes, and how far its refill has come.
enum StorePage {
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
