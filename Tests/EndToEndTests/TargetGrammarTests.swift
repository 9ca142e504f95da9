import Foundation
import Testing

extension EndToEnd {
    /// One table of targets, through all that takes some.
    @Suite struct TargetGrammarTests {
        /// What a word means, as the start of what it is chosen to be; nil where it is refused.
        private static let table: [(word: String, kind: String?)] = [
            ("cell/{busiest}", "cell/"), ("{busiest}", "cell/"), ("zone/{busiest}", "zone/"),
            ("region/{busiest}", "region/"), ("region/{remote}", "region/"), ("cell/{random}", "cell/"),
            ("cell/{random:10%}", "cell/"), ("cell/{draw:3}", "cell/"), ("us-east-1", "us-east-1"),
            ("region/us-west", "region/us-west"), ("zone/us-east/a", "zone/us-east/a"),
            ("cell/{busyest}", nil), ("cell/{draw:0}", nil), ("region/{random", nil), ("cell/us-esat-1", nil),
        ]

        private func post(_ mesh: TestMesh, _ path: String, _ body: [String: Any]) throws -> (Int, [String: Any]) {
            let token = try String(contentsOfFile: "\(mesh.dataDirectory)/token", encoding: .utf8)
            let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
            let answer = try HTTPProbe.request(
                "POST", mesh.api, path,
                headers: [
                    "Authorization: Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))",
                    "Content-Type: application/json",
                ], body: text, hostField: mesh.api.replacingOccurrences(of: "http://", with: ""))
            let document = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
            return (answer.status, document ?? [:])
        }

        @Test func whateverTakesTargetsTakesTheSame() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            for (word, kind) in Self.table {
                let isRegion = kind?.hasPrefix("region/") ?? word.hasPrefix("region/")
                var commands = [
                    ["kill", word, "--dry-run", "--seed", "5"], ["pause", word, "--dry-run", "--seed", "5"],
                    ["blast-radius", "--if", word, "--seed", "5"],
                    ["blast-radius", "--if", word, "--topology", "topology/three-regions.yaml"],
                    [
                        "sim", "run", "topology/three-regions.yaml", "--for", "2s", "--rate", "20", "--fault",
                        "kill \(word) @1s for 100ms",
                    ],
                    [
                        "sim", "run", "topology/three-regions.yaml", "--for", "2s", "--rate", "20", "--kill",
                        "\(word)@1s",
                    ],
                ]
                if isRegion {
                    commands.append(["evacuate", word, "--dry-run"])
                    commands.append(["evacuate", word, "--confirm", word, "--dry-run", "--seed", "5"])
                }
                for command in commands {
                    let outcome = try mesh.run(command)
                    // What a region's death loses is no matter here; a crash is no answer.
                    let isTaken = outcome.code != 64 && outcome.code < 128
                    #expect(isTaken == (kind != nil), "\(command): \(outcome.code) \(outcome.err)")
                }
                let (status, targets) = try post(mesh, "/v1/targets", ["targets": [word], "seed": 5])
                let words = targets["targets"] as? [String] ?? []
                if word.contains("{") {
                    #expect((status == 200) == (kind != nil), "\(word): \(status) \(targets)")
                    #expect(words.allSatisfy { $0.hasPrefix(kind ?? "?") && !$0.contains("{") }, "\(word): \(words)")
                }
                for action in ["kill", "pause"] {
                    let (status, found) = try post(mesh, "/v1/predict", ["action": action, "targets": [word]])
                    let refusals = found["refusals"] as? [Any] ?? []
                    #expect(status == 200 && refusals.isEmpty == (kind != nil), "\(action) \(word): \(found)")
                    let degraded = (found["customers"] as? [String: Any])?["degraded"] as? Int ?? 0
                    #expect((degraded > 0) == (kind != nil), "\(action) \(word): \(found)")
                    #expect((found["chosen"] != nil) == (kind != nil && word.contains("{")), "\(found)")
                }
            }
            // What is drawn is the same whoever says it, and after it was struck too.
            func drawn() throws -> String? {
                try (post(mesh, "/v1/targets", ["targets": ["cell/{draw:5}"]]).1["targets"] as? [String])?.first
            }
            let first = try #require(try drawn())
            let (status, killed) = try post(mesh, "/v1/kill", ["targets": ["cell/{draw:5}"], "for_ms": 60_000])
            let names = (killed["targets"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
            #expect(status == 200 && names == [String(first.dropFirst("cell/".count))], "\(killed)")
            #expect(try drawn() == first)
            let back = try mesh.run(["restart", "cell/{draw:5}"])
            #expect(back.code == 0 && back.err.contains(first), "\(back.err)")
            let (code, fault) = try post(
                mesh, "/v1/faults/add",
                ["kind": "latency", "targets": ["zone/{busiest}"], "delay_ms": 1, "for_ms": 1_000])
            #expect(code == 200, "\(fault)")
            try mesh.down()
        }
    }
}
