import Foundation
import Testing

extension EndToEnd {
    /// What is told to those who watch: metrics, alerts, what is exported, the halt.
    @Suite struct WatchingTests {
        private struct Row {
            var kind: String
            var roles: Set<String>
            var labels: Set<String>
        }

        /// The table of docs/telemetry.md, by name.
        private static func table() throws -> [String: Row] {
            let page = try String(
                contentsOf: Program.root.appendingPathComponent("docs/telemetry.md"), encoding: .utf8)
            var rows: [String: Row] = [:]
            for match in page.matches(of: /\| `(cellmesh_[a-z_]+)` \| ([a-z]+) \| ([a-z, ]+) \| ([^|]+) \|/) {
                rows[String(match.1)] = Row(
                    kind: String(match.2), roles: Set(match.3.split(separator: ", ").map(String.init)),
                    labels: Set(match.4.matches(of: /`([a-z_]+)`/).map { String($0.1) }))
            }
            return rows
        }

        /// What a page tells: of each name its kind and the labels of its series.
        private static func told(_ page: String) -> [String: (kind: String, labels: Set<String>)] {
            var told: [String: (kind: String, labels: Set<String>)] = [:]
            for line in page.split(separator: "\n") {
                if let match = line.wholeMatch(of: /# TYPE (cellmesh_[a-z_0-9]+) ([a-z]+)/) {
                    told[String(match.1)] = (String(match.2), [])
                } else if let match = line.prefixMatch(of: /(cellmesh_[a-z_0-9]+)\{([^}]*)\}/) {
                    var name = String(match.1)
                    for end in ["_bucket", "_sum", "_count"] where told[name] == nil && name.hasSuffix(end) {
                        name.removeLast(end.count)
                    }
                    let labels = match.2.matches(of: /([a-z_]+)="/).map { String($0.1) }.filter { $0 != "le" }
                    told[name]?.labels.formUnion(labels)
                }
            }
            return told
        }

        /// Every name, kind and label of real processes stands in the table, for their role; and what stands there is told
        /// from the start, unless a blueprint or an event has to be there first.
        @Test func pagesOfProcessesAreAsTheTableSays() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let table = try Self.table()
            #expect(table.count > 200)
            let targets =
                try JSONSerialization.jsonObject(
                    with: Data(contentsOf: URL(fileURLWithPath: "\(mesh.dataDirectory)/targets.json")))
                as? [[String: Any]]
            let exceptions = try Self.exceptions()
            #expect(exceptions.count > 10)
            var missing: [String: Set<String>] = [:]
            var pages: [String: String] = [:]
            var seen: Set<String> = []
            for target in try #require(targets) {
                let labels = try #require(target["labels"] as? [String: String])
                let role = try #require(labels["role"])
                guard seen.insert(role).inserted, let address = (target["targets"] as? [String])?.first else {
                    continue
                }
                let page = try HTTPProbe.request("GET", address, "/metrics", hostField: address).body
                pages[role] = page
                let told = Self.told(page)
                #expect(told.count > 40, "\(role)")
                for (name, series) in told {
                    guard let row = table[name] else {
                        Issue.record("\(role): \(name) is not in docs/telemetry.md")
                        continue
                    }
                    #expect(row.kind == series.kind, "\(name)")
                    #expect(row.roles.contains(role), "\(name) is told by a \(role)")
                    #expect(series.labels.isSubset(of: row.labels), "\(name): \(series.labels), not \(row.labels)")
                }
                missing[role] = Set(table.filter { $0.value.roles.contains(role) }.keys).subtracting(told.keys)
            }
            #expect(seen == ["control", "cell", "router"])
            let needed = ["router_requests", "router_cell_attempts", "service_requests", "edge_requests", "slo_events"]
            for name in needed.map({ "cellmesh_\($0)_total" }) {
                #expect(!missing.values.contains { $0.contains(name) } || table[name]?.roles.count == 1, "\(name)")
            }
            for (role, names) in missing where !names.isEmpty {
                let unexpected = names.filter { !Self.isException($0, among: exceptions) }
                #expect(unexpected.isEmpty, "a \(role) does not tell \(unexpected.sorted())")
            }
            for (role, name, states) in Self.fromTheStart {
                let values = Set(
                    (pages[role] ?? "").split(separator: "\n").filter { $0.hasPrefix("cellmesh_\(name){") }
                        .flatMap { $0.matches(of: /="([^"]*)"/).map { String($0.1) } })
                #expect(values.isSuperset(of: states), "a \(role)'s \(name) lacks \(Set(states).subtracting(values))")
            }
            try mesh.down()
        }

        /// States that nothing was in yet have their series too.
        private static let fromTheStart: [(role: String, name: String, states: [String])] = [
            ("cell", "breaker_transitions_total", ["closed", "open", "half-open"]),
            ("router", "breaker_state", ["closed", "open", "half-open"]),
            ("router", "ejected", ["us-east-1", "us-west-1", "eu-west-1"]),
            (
                "cell", "pool_rejections_total",
                ["full", "displaced", "aged", "memory", "calls", "connection", "processor"]
            ),
            ("cell", "store_seconds_count", ["read", "write", "claim", "hint", "move", "decree", "life"]),
            ("router", "fault_hits_total", ["latency", "loss", "partition"]),
            ("cell", "trace_spans_total", ["kept", "forgotten", "untold"]),
            ("control", "drill_runs_total", ["region-evacuation", "partition", "passed", "deviated", "interrupted"]),
            ("control", "trace_spans_total", ["gathered", "replaced", "refused", "left", "left-plain"]),
        ]

        /// What docs/telemetry.md says of names that there may be nothing to tell of yet: whole names, and beginnings with a star.
        private static func exceptions() throws -> [String] {
            let page = try String(
                contentsOf: Program.root.appendingPathComponent("docs/telemetry.md"), encoding: .utf8)
            let section = page.components(separatedBy: "\n### From the start\n").last?.components(separatedBy: "\n#")
                .first
            return try #require(section).matches(of: /`([a-z_]+\*?)`/).map { String($0.1) }
        }

        private static func isException(_ name: String, among exceptions: [String]) -> Bool {
            let name = name.dropFirst("cellmesh_".count)
            return exceptions.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0 }
        }

        @Test func aHaltEndsFaultsAndKeepsNewOnesOutAlsoForTheNextControlPlane() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            try mesh.json(["fault", "add", "latency", "a-1", "--delay", "5ms"])
            let halted = try mesh.json(["halt", "--reason", "storm"])
            #expect((halted["ended"] as? [[String: Any]])?.count == 1 && halted["kept"] as? Bool == true)
            var refused = try mesh.run(["fault", "add", "latency", "a-1", "--delay", "5ms"])
            #expect(refused.code == 1 && refused.err.contains("storm"), "\(refused.err)")
            #expect(refused.err.contains("halt --release"), "\(refused.err)")
            refused = try mesh.run(["kill", "a-1", "--yes"])
            #expect(refused.code == 1 && refused.err.contains("storm"), "\(refused.err)")
            #expect(try mesh.run(["status"]).out.contains("halted since"))

            try mesh.run(["kill", "control"])
            try mesh.run(["up", "--mesh", "three", "--detach"])
            refused = try mesh.run(["partition", "region/a", "region/b"])
            #expect(refused.code == 1 && refused.err.contains("storm"), "\(refused.err)")
            #expect(try mesh.run(["halt", "--release"]).out.contains("released"))
            #expect(try mesh.run(["fault", "add", "latency", "a-1", "--delay", "5ms"]).code == 0)
            let events = try mesh.run(["events", "--type", "halt"]).out
            #expect(events.contains("called") && events.contains("released"), "\(events)")
            try mesh.down()
        }

        @Test func aKilledCellFiresAndARestartedOneDoesNot() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            func firing() throws -> [String] {
                let rules = try #require(try mesh.json(["alerts"])["rules"] as? [[String: Any]])
                return rules.flatMap { rule in
                    ((rule["alerts"] as? [[String: Any]]) ?? []).filter { $0["state"] as? String == "firing" }.map {
                        "\(rule["name"] ?? "") \($0["subject"] ?? "")"
                    }
                }
            }
            try mesh.run(["kill", "b-1", "--yes"])
            #expect(try TestMesh.eventually { try firing().contains("CellDown b-1") })
            #expect(try mesh.run(["status"]).out.contains("alert: CellDown b-1"))
            try mesh.run(["restart", "b-1"])
            #expect(try TestMesh.eventually { try !firing().contains("CellDown b-1") })
            let events = try mesh.run(["events", "--type", "alert"]).out
            #expect(events.contains("firing") && events.contains("resolved"), "\(events)")
            try mesh.down()
        }

        @Test func anExportIsNotWrittenOverWhatNobodyExported() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cellmesh-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let own = folder.appendingPathComponent("prometheus.yml")
            try Data("mine\n".utf8).write(to: own)
            let refused = try mesh.run(["export", "prometheus", folder.path])
            #expect(refused.code == 1 && refused.err.contains("is there already"), "\(refused.err)")
            #expect(try String(contentsOf: own, encoding: .utf8) == "mine\n")
            let other = folder.path + "/watch"
            for _ in 0..<2 {
                let files = try mesh.json(["export", "prometheus", other])["files"] as? [String]
                #expect(files?.first == "prometheus.yml")
            }
            let text = try String(contentsOfFile: other + "/prometheus.yml", encoding: .utf8)
            #expect(text.contains("\(mesh.dataDirectory)/targets.json"))
            #expect((try mesh.json(["export", "grafana", folder.path + "/g"])["files"] as? [String])?.count == 6)
            try mesh.down()
        }

        @Test func aRecordingIsWrittenAndShownAndOneThatIsNoneIsRefused() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("cellmesh-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: file) }
            let recording = try mesh.start(["dashboard", "--record", file.path, "-o", "json"])
            #expect(
                TestMesh.eventually {
                    let text = try? String(contentsOf: file, encoding: .utf8)
                    return text.map { $0.contains("{\"state\":") && $0.contains("{\"delta\":") } ?? false
                })
            try mesh.run(["kill", "b-1", "--yes"])
            #expect(
                TestMesh.eventually {
                    (try? String(contentsOf: file, encoding: .utf8))?.contains("b-1") ?? false
                })
            kill(recording.process.processIdentifier, SIGINT)
            let outcome = recording.wait(limit: 30)
            #expect(outcome.code == 0 && outcome.json["reason"] as? String == "interrupted", "\(outcome.err)")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            #expect(lines.first?.hasPrefix("{\"hello\":") == true && lines.last?.hasPrefix("{\"bye\":") == true)
            let again = try mesh.run(["dashboard", "--record", file.path])
            #expect(again.code == 1 && again.err.contains("is there already"), "\(again.err)")
            try mesh.down()

            let none = try mesh.run(["dashboard", Program.root.path + "/README.md"])
            #expect(none.code == 1 && none.err.contains("no recording") && none.err.contains("line 1"), "\(none.err)")
        }
    }
}
