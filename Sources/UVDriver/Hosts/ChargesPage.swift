import Nodes
import Telemetry

/// `/v1/charges/PREFIX`: how often this cell has carried out each idempotency key that begins so, in this life.
package enum ChargesPage {
    /// Where the page of a prefix is; what it may consist of is what a path may.
    package static func path(of prefix: String) -> String { "/v1/charges/\(prefix)" }

    /// The page of a path; nil where it is none of these.
    static func page(_ path: String, _ ledger: ChargeLedger, cell: String) -> String? {
        let start = Self.path(of: "")
        guard path.hasPrefix(start), path.utf8.count > start.utf8.count else { return nil }
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("cell", cell)
            json.field("forgotten", ledger.forgotten)
            json.object("charges") { json in
                for charge in ledger.charges(of: Array(path.utf8.dropFirst(start.utf8.count))) {
                    json.field(String(decoding: charge.rest, as: UTF8.self), charge.times)
                }
            }
        }
        return json.string + "\n"
    }
}
