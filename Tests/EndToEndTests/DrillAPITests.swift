import Foundation
import Testing

extension EndToEndFaults {
    /// A drill by the API is that of `drill run`.
    @Suite struct DrillAPITests {
        private func ask(_ mesh: TestMesh, _ path: String, _ body: String? = nil) throws -> (
            status: Int, text: String, document: [String: Any]
        ) {
            let token = try String(contentsOfFile: "\(mesh.dataDirectory)/token", encoding: .utf8)
            let answer = try HTTPProbe.request(
                body == nil ? "GET" : "POST", mesh.api, path,
                headers: [
                    "Authorization: Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))",
                    "Content-Type: application/json",
                ], body: body ?? "", hostField: mesh.api.replacingOccurrences(of: "http://", with: ""))
            let document = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
            return (answer.status, answer.body, document ?? [:])
        }

        private func runs(_ mesh: TestMesh) throws -> [String: Any]? {
            try mesh.json(["status"])["drill"] as? [String: Any]
        }

        @Test func aDrillIsPredictedBegunEndedAndReported() throws {
            let mesh = try TestMesh("topology/nine-cells.yaml")
            let all = try ask(mesh, "/v1/drills").document["drills"] as? [[String: Any]] ?? []
            let poison = try #require(all.first { $0["name"] as? String == "poison-customer" })
            #expect((poison["unsuited"] as? String)?.contains("poison customer") == true, "\(poison)")
            #expect(all.first { $0["name"] as? String == "kill-cell" }?["standing"] as? String == "never")

            #expect(try ask(mesh, "/v1/drills", #"{"drill":"../../etc/passwd"}"#).status == 404)
            #expect(try ask(mesh, "/v1/drills", #"{"drill":"kill-cell","stop":true}"#).status == 400)
            #expect(try ask(mesh, "/v1/drills", #"{"stop":true}"#).status == 409)
            let odd = try ask(mesh, "/v1/predict", #"{"action":"drill","targets":["kil-cell"]}"#).document
            let refusals = odd["refusals"] as? [[String: Any]]
            #expect((refusals?.first?["detail"] as? String)?.contains("kill-cell") == true, "\(odd)")

            let foretold = try ask(mesh, "/v1/predict", #"{"action":"drill","targets":["kill-cell"]}"#).document
            #expect((foretold["refusals"] as? [Any])?.isEmpty == true, "\(foretold)")
            let steps = try #require(foretold["steps"] as? [String])
            #expect(
                try steps.count == 1 && steps.at(0).hasPrefix("kill cell/")
                    && steps.at(0).contains(" for 20s: 0 lost, "))
            let customers = foretold["customers"] as? [String: Any]
            #expect(customers?["degraded"] as? Int ?? 0 > 0 && customers?["lost"] as? Int == 0)
            let prediction = try #require(foretold["prediction"] as? String)
            let body = #"{"drill":"kill-cell","prediction":"\#(prediction)"}"#
            let begun = try ask(mesh, "/v1/drills", body)
            #expect(begun.status == 200 && begun.document["drill"] as? String == "kill-cell", "\(begun)")
            // A prediction stands once, and one drill runs at a time.
            #expect(try ask(mesh, "/v1/drills", body).status == 409)
            #expect(try ask(mesh, "/v1/drills", #"{"drill":"zone-outage"}"#).status == 409)
            #expect(
                try TestMesh.eventually(seconds: 60) { try runs(mesh)?["step"] as? String == "method" },
                "it does not come to its method")
            let during = try ask(mesh, "/v1/predict", #"{"action":"drill","targets":["zone-outage"]}"#).document
            let codes = (during["refusals"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
            #expect(codes.contains("drill-runs"), "\(during)")

            #expect(try ask(mesh, "/v1/drills", #"{"stop":true}"#).status == 200)
            #expect(try TestMesh.eventually(seconds: 60) { try runs(mesh) == nil })
            #expect(try (mesh.json(["fault", "ls"])["faults"] as? [Any])?.isEmpty == true)
            let last = try mesh.json(["drill", "show", "kill-cell"])
            #expect(last["outcome"] as? String == "interrupted" && last["topology"] is String, "\(last)")
            let id = try #require(last["id"] as? String)
            let page = try ask(mesh, "/v1/reports/\(id)")
            #expect(page.status == 200 && page.text.hasPrefix("<!doctype html>") && page.text.contains("kill-cell"))
            #expect(try ask(mesh, "/v1/reports/20260101-000000000-none").status == 404)
            #expect(FileManager.default.fileExists(atPath: "\(mesh.dataDirectory)/drill.log"))

            // Nothing was found out: it stands as it did.
            let score = try mesh.json(["drill", "score"])
            let row = (score["drills"] as? [[String: Any]])?.first { $0["name"] as? String == "kill-cell" }
            #expect(row?["standing"] as? String == "never", "\(row ?? [:])")
            #expect((row?["last"] as? [String: Any])?["expired"] as? Bool == false, "\(row ?? [:])")

            // `down` ends the drill that runs, which takes back what it has done.
            #expect(try ask(mesh, "/v1/drills", #"{"drill":"kill-cell"}"#).status == 200)
            #expect(
                try TestMesh.eventually(seconds: 60) { try runs(mesh)?["step"] as? String == "method" },
                "it does not come to its method")
            try mesh.down()
            let ended = try mesh.json(["drill", "show", "kill-cell"])
            #expect(ended["id"] as? String != id && ended["outcome"] as? String == "interrupted", "\(ended)")
        }
    }
}
