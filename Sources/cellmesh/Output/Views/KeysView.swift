import MeshBase
import Wire

/// `membership keys ls` and `rotate`: numbers, never keys.
enum KeysView {
    static func make(_ file: GossipKeyFile, _ uses: [KeyUse], took: TimeAmount? = nil) -> Report {
        let ids = file.keys.map(\.id).sorted()
        let late = uses.filter { !$0.follows(file) }.map(\.name)
        var members: [(String, JSONValue)] = [
            ("primary", .integer(file.primary)),
            (
                "keys",
                .array(
                    ids.map { id in
                        .object([
                            ("id", .integer(id)), ("primary", .bool(id == file.primary)),
                            ("sealing", .integer(uses.count { $0.primary == Int(id) })),
                            ("opening", .integer(uses.count { $0.ids.contains(Int(id)) })),
                        ])
                    })
            ),
            ("processes", .integer(uses.count)), ("late", .strings(late)),
        ]
        if let took { members.append(("took_ms", .integer(took.nanoseconds / 1_000_000))) }
        return Report(JSONValue.document(members), names: ids.map { "key/\($0)" }) { style in
            var table = style.table([
                .init("KEY", .right), .init("ROLE"), .init("SEALING", .right), .init("OPENING", .right),
            ])
            for id in ids {
                table.add([
                    .init(id), .init(id == file.primary ? "primary" : "accepted"),
                    .init("\(uses.count { $0.primary == Int(id) }) of \(uses.count)"),
                    .init("\(uses.count { $0.ids.contains(Int(id)) }) of \(uses.count)"),
                ])
            }
            return table.render()
                + (late.isEmpty ? "" : "not these keys, or no answer: \(late.joined(separator: ", "))\n")
        }
    }
}
