import MeshBase
import Reports
import Wire

/// `membership keys ls` and `rotate`: numbers, never keys.
enum KeysView {
    static func make(_ file: GossipKeyFile, _ uses: [KeyUse], took: TimeAmount? = nil) -> Report {
        let ids = file.keys.map(\.id).sorted()
        let late = uses.filter { !$0.follows(file) }.map(\.name)
        let document = KeysReport(
            primary: file.primary,
            keys: ids.map { id in
                KeysReport.Key(
                    id: id, primary: id == file.primary, sealing: uses.count { $0.primary == Int(id) },
                    opening: uses.count { $0.ids.contains(Int(id)) })
            }, processes: uses.count, late: late, tookMilliseconds: took.map { $0.nanoseconds / 1_000_000 })
        return Report(document, names: ids.map { "key/\($0)" }) { style in
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
