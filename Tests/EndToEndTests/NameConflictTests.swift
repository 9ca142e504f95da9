import Foundation
import Testing

extension EndToEnd {
    /// Two processes of one name: each says so, `members` too, and the view of the others comes to rest.
    @Suite struct NameConflictTests {
        @Test func twoProcessesOfOneNameAreNamedAtBothEnds() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let cell = try #require(try mesh.cells().first)
            let control = try #require(
                try JSONSerialization.jsonObject(
                    with: Data(contentsOf: URL(fileURLWithPath: mesh.dataDirectory + "/control.json")))
                    as? [String: Any])
            let twin = try mesh.start([
                "cell", "--name", cell.name, "--model", mesh.dataDirectory + "/mesh.json", "--data",
                mesh.home.path + "/twin", "--secret-file", mesh.dataDirectory + "/secret", "--join",
                try #require(control["gossip"] as? String),
            ])
            defer {
                kill(twin.process.processIdentifier, SIGTERM)
                _ = twin.wait()
            }
            #expect(
                try TestMesh.eventually {
                    try (mesh.json(["members"])["namesakes"] as? [String: String])?[cell.name] != nil
                })
            #expect(try mesh.run(["members"]).out.contains("\(cell.name) is two processes"))
            let log = mesh.dataDirectory + "/cells/\(cell.name)/log"
            #expect(
                try TestMesh.eventually {
                    try twin.messages.contains("bears this one's name")
                        && String(contentsOfFile: log, encoding: .utf8).contains("bears this one's name")
                })
            func incarnation() throws -> Int? {
                let rows = try mesh.json(["members"])["members"] as? [[String: Any]]
                return rows?.first { $0["name"] as? String == cell.name }?["incarnation"] as? Int
            }
            // It comes to rest, and stays there: no bid while the others are asked twenty times, which takes longer than a
            // bidder waits between two bids.
            func rests() throws -> Bool {
                let settled = try incarnation()
                for _ in 0..<20 {
                    usleep(100_000)
                    if try incarnation() != settled { return false }
                }
                return settled != nil
            }
            #expect(try (0..<10).contains { _ in try rests() })
            try mesh.down()
        }
    }
}
