import Reports
import Telemetry

/// `conflicts`.
enum ConflictsView {
    static func make(_ found: MeshConflicts) -> Report {
        let document = ConflictsReport(conflicts: found.conflicts, unheard: found.unheard, next: found.next)
        return Report(document, names: found.conflicts.map { "\($0.customer)/\($0.key)" }) { style in
            var text = ""
            if found.conflicts.isEmpty {
                text = "no key waits for anybody\n"
            } else {
                var table = style.table([
                    .init("CUSTOMER"), .init("KEY"), .init("SINCE"), .init("#", .right), .init("VALUE"),
                    .init("VERSION", wide: true),
                ])
                for conflict in found.conflicts {
                    for sibling in conflict.siblings {
                        table.add([
                            .init(conflict.customer), .init(conflict.key), .init(conflict.since),
                            .init(sibling.number), .init(value(sibling)), .init(sibling.version),
                        ])
                    }
                }
                text = table.render()
            }
            if let next = found.next { text += "there may be more: --after \(next)\n" }
            for cell in found.unheard { text += "\(cell) did not tell\n" }
            return text
        }
    }

    private static func value(_ sibling: ConflictsReport.Sibling) -> String {
        if sibling.deleted == true { return "(deleted)" }
        guard let text = sibling.text else { return "(bytes)" }
        return text.count > 40 ? text.prefix(37) + "..." : text
    }

    static func resolved(_ customer: String, _ key: String, superseded: Int) -> Report {
        Report(
            ResolvedConflictReport(customer: customer, key: key, superseded: superseded), names: ["\(customer)/\(key)"]
        ) { _ in
            "\(customer) \(key) has one value again: \(superseded) siblings are superseded\n"
        }
    }
}
