import Foundation
import Testing

extension EndToEnd {
    /// Reports of real runs: what they say is what the commands say.
    @Suite struct ReportTests {
        @Test func aLoadUnderAKillIsReportedAsItWas() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let running = try mesh.start([
                "load", "run", "--rate", "150", "--duration", "9s", "--verify", "--slo", "success>=50%", "-o", "json",
            ])
            func load() throws -> [String: Any]? {
                (try mesh.json(["load", "status"])["loads"] as? [[String: Any]])?.first
            }
            #expect(try TestMesh.eventually { (try load()?["requests"] as? Int ?? 0) > 100 })
            #expect(try load()?["phase"] as? String == "sending")
            let series = try #require(try load()?["series"] as? [String: Any])
            #expect((series["cells"] as? [String: Any])?.isEmpty == false)
            try isOnThePage(mesh)
            try mesh.run(["kill", "us-east-1", "--yes", "--for", "2s"])
            let outcome = running.wait()
            try #require(outcome.code == 0, "\(outcome.err)")
            #expect((try mesh.json(["load", "status"])["loads"] as? [Any])?.isEmpty == true)

            let report = try mesh.json(["report", "show", "last"])
            let id = try #require(report["id"] as? String)
            #expect(outcome.json["report"] as? String == id)
            #expect(report["outcome"] as? String == "passed" && report["ok"] as? Bool == true, "\(report)")
            try isWhatTheLoadSaid(report, outcome.json)
            try isWhatTheRoutersSaw(report, try mesh.json(["blast-radius", "--actual"]))
            let incidents = try #require(report["incidents"] as? [[String: Any]])
            let incident = try #require(incidents.first)
            #expect(incidents.count == 1 && incident["subjects"] as? [String] == ["us-east-1"])
            let (cause, detection) = (incident["cause_ms"] as? Double ?? 0, incident["detection_ms"] as? Double ?? 0)
            #expect(cause > 0 && detection >= cause)
            #expect((incident["recovery_ms"] as? Double ?? 0) > detection, "\(incident)")
            try hasItsFiles(mesh.dataDirectory + "/reports/" + id, requests: outcome.json["requests"] as? Int ?? 0)
            try canBeHandedOn(mesh, id)

            // Who is listed is who was counted.
            let observed = try #require((report["impact"] as? [String: Any])?["observed"] as? [String: Any])
            let listed = try mesh.json(["customers", "--degraded", "--limit", "10000"])
            let rows = try #require(listed["customers"] as? [[String: Any]])
            #expect(rows.count { $0["observed"] as? String == "degraded" } == observed["degraded"] as? Int)
            let predicted = (report["impact"] as? [String: Any])?["predicted"] as? [String: Any]
            #expect(rows.count { $0["predicted"] as? String == "degraded" } == predicted?["degraded"] as? Int)
            #expect(rows.allSatisfy { ($0["shard"] as? [String])?.contains("us-east-1") == true })
            #expect(try mesh.json(["customers", "--different"])["matching"] as? Int == observed["different"] as? Int)
            try mesh.down()
        }

        /// The feed tells of it too: some state or delta that comes within a few seconds.
        private func isOnThePage(_ mesh: TestMesh) throws {
            let token = try String(contentsOfFile: mesh.dataDirectory + "/token", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let probe = try HTTPProbe(mesh.api)
            probe.send(
                "GET /v1/live HTTP/1.1\r\nHost: \(mesh.api.dropFirst(7))\r\nAuthorization: Bearer \(token)\r\n\r\n")
            var text = ""
            #expect(
                TestMesh.eventually {
                    text += String(decoding: probe.receive(enough: 1), as: UTF8.self)
                    return text.contains("\"load\":{\"dropped\":0,")
                }, "\(text.suffix(2_000))")
        }

        private func isWhatTheLoadSaid(_ report: [String: Any], _ load: [String: Any]) throws {
            let figures = Dictionary(
                uniqueKeysWithValues: (report["figures"] as? [[String: Any]] ?? []).map {
                    ($0["name"] as? String ?? "", $0["value"] as? Double)
                })
            let latency = try #require(load["latency_ms"] as? [String: Any])
            let impact = try #require(report["impact"] as? [String: Any])
            let customers = try #require(impact["observed"] as? [String: Any])
            #expect((impact["windows"] as? [Any])?.isEmpty == false)
            #expect(figures["requests"] == load["requests"] as? Double && figures["ok"] == load["ok"] as? Double)
            #expect(figures["p99"] == latency["p99"] as? Double && figures["max"] == latency["max"] as? Double)
            #expect(figures["customers degraded"] == customers["degraded"] as? Double)
            #expect(figures["customers degraded"].map { ($0 ?? 0) > 0 } == true)
            let lost = (load["writes"] as? [String: Any])?["lost"] as? Double
            #expect(lost == 0 && figures["acknowledged writes lost"] == lost)
        }

        private func isWhatTheRoutersSaw(_ report: [String: Any], _ actual: [String: Any]) throws {
            let impact = try #require(report["impact"] as? [String: Any])
            let (told, seen) = (
                try #require(impact["observed"] as? [String: Any]), try #require(actual["observed"] as? [String: Any])
            )
            for key in ["customers", "lost", "degraded", "untouched", "no_quorum", "different"] {
                #expect(told[key] as? Int == seen[key] as? Int, "\(key)")
            }
            #expect(told["cells"] as? [String] == ["us-east-1"] && told["degraded"] as? Int ?? 0 > 0)
            #expect((impact["predicted"] as? [String: Any])?["degraded"] as? Int == actual["degraded"] as? Int)
        }

        private func hasItsFiles(_ folder: String, requests: Int) throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(
                Set(names) == [
                    "report.json", "report.html", "series.json", "events.ndjson", "topology.yaml", "load.json",
                ])
            let page = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
            #expect(page.utf8.count < 1 << 20 && page.hasSuffix("</body></html>\n"))
            #expect(!page.contains("<script") && !page.contains("http://") && page.contains("out: us-east-1;"))
            let content = try Data(contentsOf: URL(fileURLWithPath: folder + "/series.json"))
            let series = try #require(try JSONSerialization.jsonObject(with: content) as? [String: Any])
            let all = try #require((series["all"] as? [String: Any])?["requests"] as? [Int])
            #expect(all.reduce(0, +) == requests && all.count >= 8)
            let cells = try #require(series["cells"] as? [String: [String: Any]])
            #expect(cells.count == 12)
            #expect(cells.values.compactMap { ($0["requests"] as? [Int])?.reduce(0, +) }.reduce(0, +) <= requests)
            let events = try String(contentsOfFile: folder + "/events.ndjson", encoding: .utf8)
            #expect(events.contains(#""action":"kill","id":"us-east-1""#))
        }

        private func canBeHandedOn(_ mesh: TestMesh, _ id: String) throws {
            let file = mesh.home.appendingPathComponent("report.xml").path
            let check = try mesh.run(["report", "export", "load", "--format", "junit", "--to", file, "--check"])
            #expect(check.code == 0, "\(check.err)")
            let xml = try String(contentsOfFile: file, encoding: .utf8)
            #expect(xml.contains("failures=\"0\"") && xml.contains("<testcase classname=\"cellmesh.load\""))
            #expect(try mesh.run(["report", "export", id, "--format", "md"]).out.contains("| degraded |"))
            #expect(try mesh.run(["report", "open", "--print"]).out.hasSuffix("/\(id)/report.html\n"))
            // A second one, to be set beside it, kept and removed.
            let second = try mesh.run(["load", "run", "--rate", "50", "--duration", "1s", "--slo", "success>=50%"])
            #expect(second.code == 0 && second.err.contains("cellmesh report show last"))
            let difference = try mesh.json(["report", "diff", id, "last"])
            #expect((difference["claims"] as? [[String: Any]])?.first?["different"] as? Bool == false)
            #expect(try mesh.run(["report", "keep", id]).code == 0)
            #expect(try mesh.run(["report", "rm", "last"]).code == 0)
            let rows = try #require(try mesh.json(["report", "ls"])["reports"] as? [[String: Any]])
            #expect(try rows.map { $0["id"] as? String } == [id] && rows.at(0)["kept"] as? Bool == true)
            #expect(try mesh.run(["report", "show", "nonsense"]).code == 64)
            #expect(try mesh.run(["load", "run", "--rate", "50", "--duration", "1s", "--no-report"]).code == 0)
            #expect(try mesh.run(["report", "ls", "-o", "name"]).out == "report/\(id)\n")
        }
    }
}
