import MeshBase
import Replication
import Store
import Telemetry
import Topology

/// `/v1/conflicts`: the keys of one cell that somebody has to choose for, a page at a time.
package enum ConflictsPage {
    /// Where the first page is.
    package static let path = "/v1/conflicts"

    /// The path of the page behind `ConflictQueue.next`.
    package static func path(after position: String) -> String { "\(path)/after/\(position)" }

    /// The keys behind a position, or the first ones; nil where the store cannot be read or there is no such position.
    static func page(after: String?, store file: String, cell: String, _ store: StoreSettings) -> String? {
        let tiers = TierRules(store)
        let found = try? ConflictQueue.page(path: file, after: after) { key in
            key.withUnsafeBytes { tiers.handling(ofKey: $0) } == .manual
        }
        guard let queue = found ?? nil else { return nil }
        return text(queue, cell: cell)
    }

    private static func text(_ queue: ConflictQueue, cell: String) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("cell", cell)
            json.array("conflicts") { json in
                for conflict in queue.conflicts {
                    json.object { json in
                        json.field("customer", String(decoding: conflict.customer, as: UTF8.self))
                        json.field("key", String(decoding: conflict.key, as: UTF8.self))
                        json.field("since", Timestamp.string(conflict.since))
                        json.array("siblings") { json in
                            for (index, sibling) in conflict.set.siblings.enumerated() {
                                json.object { append(sibling, index + 1, &$0) }
                            }
                        }
                    }
                }
            }
            json.field("next", queue.next)
        }
        return json.string + "\n"
    }

    private static func append(_ sibling: SiblingSet.Sibling, _ number: Int, _ json: inout JSONWriter) {
        json.field("number", number)
        json.field("version", SiblingTag.text(sibling.version))
        json.field("writer", String(sibling.version.writer >> 32, radix: 16))
        json.field("written", Timestamp.string(HybridClock.wall(ofCounter: sibling.version.counter)))
        if sibling.tombstone {
            json.field("deleted", true)
        } else if let text = String(validating: sibling.value, as: UTF8.self) {
            json.field("text", text)
        } else {
            json.field("base64", String(decoding: Base64Text.bytes(sibling.value), as: UTF8.self))
        }
    }
}
