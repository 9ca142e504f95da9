import Foundation
import MeshBase
import Testing

@testable import Alerts

/// What Prometheus and Grafana are given.
@Suite struct ExportTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let export = PrometheusExport(mesh: "shop", targets: "/tmp/a mesh/targets.json")

    private static var grafana: [PrometheusExport.File] { GrafanaExport.files(in: "/tmp/x") }

    /// Every metric that a rule or a dashboard asks for is one that some process tells.
    @Test func onlyWhatIsToldIsAskedFor() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("docs/telemetry.md"), encoding: .utf8)
        let listed = Set(page.matches(of: /\| `(cellmesh_[a-z_]+)` \|/).map { String($0.1) })
        #expect(listed.count > 100)
        var asked: Set<String> = []
        for file in Self.export.files + Self.grafana {
            for match in file.text.matches(of: /:?cellmesh_[a-z_]+/) {
                let name = String(match.0)
                // What is recorded has names of its own.
                guard !name.hasPrefix(":") else { continue }
                asked.insert(name.hasSuffix("_bucket") ? String(name.dropLast(7)) : name)
            }
        }
        #expect(asked.count > 20)
        #expect(asked.subtracting(listed).isEmpty, "nobody tells \(asked.subtracting(listed).sorted())")
    }

    @Test func whatIsRecordedIsAskedForByItsName() {
        let files = Self.export.files
        let rules = files.first { $0.path == "rules/cellmesh.yml" }?.text ?? ""
        let recorded = Set(rules.matches(of: /record: "([^"]+)"/).map { String($0.1) })
        #expect(recorded.count == 12)
        var asked: Set<String> = []
        for file in files + Self.grafana {
            for match in file.text.matches(of: /(?:cell|mesh|edge):cellmesh_[a-z_]+:[a-z0-9_]+/) {
                asked.insert(String(match.0))
            }
        }
        #expect(asked.isSubset(of: recorded), "\(asked.subtracting(recorded))")
    }

    @Test func dashboardsAreJSONWithPanelsThatHaveRoom() throws {
        let dashboards = Self.grafana.filter { $0.path.hasSuffix(".json") }
        #expect(dashboards.count == 4)
        for file in dashboards {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(file.text.utf8)) as? [String: Any])
            let panels = try #require(object["panels"] as? [[String: Any]])
            #expect(panels.count >= 6)
            var taken: Set<String> = []
            for panel in panels {
                let place = try #require(panel["gridPos"] as? [String: Int])
                #expect(taken.insert("\(place["x"] ?? -1) \(place["y"] ?? -1)").inserted)
            }
        }
    }

    @Test func aRehearsalHasShorterWindowsUnderTheSameNames() {
        func rules(_ scale: Double) -> String {
            PrometheusExport(mesh: "shop", targets: "t", scale: scale).files[1].text
        }
        #expect(rules(1).contains("[3d]") && rules(1).contains("ratio3d"))
        #expect(!rules(60).contains("[3d]") && rules(60).contains("ratio3d") && rules(60).contains("[72m]"))
        #expect(rules(60).contains("[5s]"))
    }

    /// Prometheus itself reads the configuration and the rules, and runs the tests of each alert both ways.
    @Test(arguments: [(1.0, 0.001), (60.0, 0.05)]) func promtoolAgrees(scale: Double, allowed: Double) throws {
        guard let promtool = Self.promtool else {
            print("ExportTests: promtool is missing, the exported rules are not checked; run scripts/bootstrap")
            return
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "cellmesh-export-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let export = PrometheusExport(
            mesh: "shop", targets: folder.path + "/targets.json", objective: AlertObjective(allowed: allowed),
            scale: scale)
        for file in export.files {
            let target = folder.appendingPathComponent(file.path)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.text.utf8).write(to: target)
        }
        try Data("[]".utf8).write(to: folder.appendingPathComponent("targets.json"))
        for words in [
            ["check", "config", "prometheus.yml"], ["check", "rules", "rules/cellmesh.yml"],
            ["test", "rules", "tests/alerts.yml", "tests/burn.yml"],
        ] {
            let (code, text) = try Self.run(promtool, words, in: folder)
            #expect(code == 0, "promtool \(words.joined(separator: " ")): \(text)")
        }
    }

    private static var promtool: String? {
        let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/promtool" }
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static func run(_ program: String, _ words: [String], in folder: URL) throws -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = words
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
