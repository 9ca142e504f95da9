import MeshBase
import Reports
import Wire

/// `membership keys ls` and `rotate`: numbers, never keys.
enum KeysView {
    private struct Document: Encodable {
        let schema = ReportJSON.schema
        var primary: UInt32
        var keys: [Key]
        var processes: Int
        /// Those that have not taken the keys.
        var late: [String]
        /// Of a rotation alone.
        var tookMilliseconds: Int64?

        private enum CodingKeys: String, CodingKey {
            case schema, primary, keys, processes, late
            case tookMilliseconds = "took_ms"
        }
    }
    private struct Key: Encodable {
        var id: UInt32
        var primary: Bool
        /// How many processes seal with it, and how many open with it.
        var sealing: Int
        var opening: Int
    }

    static func make(_ file: GossipKeyFile, _ uses: [KeyUse], took: TimeAmount? = nil) -> Report {
        let ids = file.keys.map(\.id).sorted()
        let late = uses.filter { !$0.follows(file) }.map(\.name)
        let document = Document(
            primary: file.primary,
            keys: ids.map { id in
                Key(
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
