import Nodes
import Telemetry

/// `/v1/charges/PREFIX`: how often this cell has carried out each idempotency key that begins so, in this life.
package enum ChargesPage {
    /// Where the page of a prefix is; what it may consist of is what a path may.
    package static func path(of prefix: String) -> String { "/v1/charges/\(prefix)" }

    /// What the cell has carried out under keys that begin with a prefix.
    static func page(prefix: String, _ ledger: ChargeLedger, cell: String) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("cell", cell)
            json.field("forgotten", ledger.forgotten)
            json.object("charges") { json in
                for charge in ledger.charges(of: Array(prefix.utf8)) {
                    json.field(String(decoding: charge.rest, as: UTF8.self), charge.times)
                }
            }
        }
        return json.string + "\n"
    }
}
