import Telemetry

/// `conflicts`.
enum ConflictsView {
    static func make(_ found: MeshConflicts) -> Report {
        let document = JSONValue.document([
            ("conflicts", .array(found.conflicts.map(\.document))), ("count", .integer(found.conflicts.count)),
            ("complete", .bool(found.next == nil && found.unheard.isEmpty)), ("unheard", .strings(found.unheard)),
            ("next", .string(found.next)),
        ])
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
                            .init(conflict.customer), .init(conflict.key),
                            .init(conflict.document["since"].text ?? "-"),
                            .init(sibling["number"].int ?? 0), .init(value(sibling)),
                            .init(sibling["version"].text ?? "-"),
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

    private static func value(_ sibling: JSONValue) -> String {
        if sibling["deleted"].flag == true { return "(deleted)" }
        guard let text = sibling["text"].text else { return "(bytes)" }
        return text.count > 40 ? text.prefix(37) + "..." : text
    }

    static func resolved(_ customer: String, _ key: String, superseded: Int) -> Report {
        let document = JSONValue.document([
            ("customer", .string(customer)), ("key", .string(key)), ("superseded", .integer(superseded)),
        ])
        return Report(document, names: ["\(customer)/\(key)"]) { _ in
            "\(customer) \(key) has one value again: \(superseded) siblings are superseded\n"
        }
    }
}
