import Foundation
import Testing

extension EndToEnd {
    /// A load by the API is that of `load start`.
    @Suite struct LoadAPITests {
        private func post(_ mesh: TestMesh, _ body: String) throws -> (status: Int, document: [String: Any]) {
            let token = try String(contentsOfFile: "\(mesh.dataDirectory)/token", encoding: .utf8)
            let host = mesh.api.replacingOccurrences(of: "http://", with: "")
            let answer = try HTTPProbe.request(
                "POST", mesh.api, "/v1/load",
                headers: [
                    "Authorization: Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))",
                    "Content-Type: application/json",
                ], body: body, hostField: host)
            let document = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
            return (answer.status, document ?? [:])
        }

        @Test func aLoadIsStartedAndStopped() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            #expect(try post(mesh, #"{"action":"stop"}"#).status == 409, "there is none")
            let odd = try post(mesh, #"{"action":"start","mix":"nonsense"}"#)
            #expect(odd.status == 400 && (odd.document["detail"] as? String)?.contains("nonsense") == true, "\(odd)")
            #expect(try post(mesh, #"{"action":"start","router":"10.0.0.1:80"}"#).status == 400)
            let begun = try post(mesh, #"{"action":"start","rate":50,"duration_ms":600000,"services":[]}"#)
            let pid = try #require(begun.document["pid"] as? Int, "\(begun)")
            #expect(begun.status == 200 && begun.document["rate"] as? Double == 50)
            let again = try post(mesh, #"{"action":"start"}"#)
            #expect(again.status == 409 && (again.document["detail"] as? String)?.contains("\(pid)") == true)
            // Its own process tells of it, once it has begun.
            let isTold = try TestMesh.eventually {
                let loads = try mesh.json(["load", "status"])["loads"] as? [[String: Any]]
                return loads?.map { $0["pid"] as? Int } == [pid]
            }
            #expect(isTold)
            let ended = try post(mesh, #"{"action":"stop"}"#)
            #expect(ended.status == 200 && ended.document["partial"] as? Bool == true, "\(ended)")
            #expect(!TestMesh.isRunning(Int32(pid)))
            try mesh.down()
        }
    }
}
