import Foundation
import Testing

extension EndToEnd {
    /// What a mesh tells of its past: events, logs and the story of a member.
    @Suite struct HistoryTests {
        @Test func whatHappenedIsToldOnceAndWithItsCause() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            try mesh.run(["pause", "us-east-1", "--yes"])
            try mesh.run(["members", "--wait", "15s"])
            let dead = { (arguments: [String]) in
                try mesh.run(["events", "--type", "member,process", "--id", "us-east-1"] + arguments).out
                    .split(separator: "\n").filter { $0.contains(" dead ") }.count
            }
            try mesh.run(["kill", "us-east-2", "--yes"])
            let deadline = Date(timeIntervalSinceNow: 30)
            while try dead(["--all"]) < 10, Date() < deadline { usleep(50_000) }
            #expect(try dead([]) == 1)
            #expect(try dead(["--all"]) >= 10)

            let why = try mesh.run(["why", "us-east-1", "-o", "wide"])
            let events = why.out.split(separator: "\n").map { $0.split(separator: " ").dropFirst().first ?? "" }
            let pause = try #require(events.firstIndex(of: "pause"), "\(why.out)")
            let accused = try #require(events.firstIndex(of: "accused"), "\(why.out)")
            #expect(pause < accused)

            let logs = try mesh.run(["logs", "--tail", "10000"])
            for words in [
                "control: process pause us-east-1", "control: process kill us-east-2",
                "us-west-1: member dead us-east-1", "r1: process serving r1",
            ] { #expect(logs.out.contains(words), "\(words)") }
            let times = logs.out.split(separator: "\n").compactMap { line in
                line.split(separator: " ").first { $0.hasPrefix("20") && $0.hasSuffix("Z") }
            }
            #expect(times.count > 20 && times == times.sorted())
            try mesh.down()
        }

        /// Events are a line each, with how many saw it; what processes wrote is there too.
        @Test func eventsAreFolded() throws {
            let mesh = try TestMesh(threeCells: "tier: critical")
            try mesh.run(["kill", "b-1", "--yes"])
            func dead(_ arguments: [String]) throws -> [[String: Any]] {
                try mesh.run(["events", "--type", "member", "--id", "b-1", "-o", "json"] + arguments).out
                    .split(separator: "\n").compactMap {
                        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
                    }.filter { $0["action"] as? String == "dead" }
            }
            #expect(try TestMesh.eventually { try dead(["--raw"]).count >= 4 })
            let folded = try dead([])
            #expect(folded.count == 1 && folded.first?["seen"] as? Int ?? 0 >= 4)
            #expect((folded.first?["observers"] as? [String])?.count == 4)
            #expect(try dead(["--raw"]).first?["seen"] == nil)

            // The death is one line of the story, behind what was done.
            let why = try mesh.json(["why", "b-1"])
            let episodes = try #require(why["episodes"] as? [[String: Any]]).compactMap { $0["event"] as? String }
            let kill = try #require(episodes.firstIndex(of: "kill"), "\(episodes)")
            #expect(episodes[kill...].filter { $0 == "dead" }.count == 1, "\(episodes)")
            try mesh.down()
        }

        /// In the foreground a mesh tells what happens to it, an event a line.
        @Test func upTellsWhatHappens() throws {
            let mesh = try TestMesh()
            let up = try mesh.start(["up", "topology/monolith.yaml"])
            #expect(TestMesh.eventually { up.messages.contains("what happens:") })
            let cells = try mesh.cells()
            let victim = try #require(cells.first?.name)
            try mesh.run(["kill", victim, "--yes"])
            func lines(_ words: String) -> Int {
                up.messages.split(separator: "\n").filter { line in
                    words.split(separator: " ").allSatisfy { line.contains($0) }
                }.count
            }
            #expect(TestMesh.eventually { lines("process kill \(victim)") == 1 && lines("member dead \(victim)") == 1 })
            kill(up.process.processIdentifier, SIGINT)
            let outcome = up.wait(limit: 60)
            #expect(outcome.code == 0, "\(outcome.err)")
            #expect(!outcome.out.contains(" dead "))
        }

        /// Not in time is 3, whichever way was taken; what cannot come about is refused before anything is waited for.
        @Test func waitsEndWithTheSameCode() throws {
            let late = try TestMesh()
            let topology = "topology/three-regions.yaml"
            for arguments in [["up", topology, "--detach"], ["up", topology]] {
                let outcome = try late.run(arguments + ["--wait-timeout", "1ms"], limit: 60)
                #expect(outcome.code == 3, "\(arguments): \(outcome.err)")
            }
            let mesh = try TestMesh("topology/monolith.yaml")
            let nonsense = try mesh.run(["status", "--wait", "1h", "--until", "nonsense"], limit: 20)
            #expect(nonsense.code == 64)
            #expect(nonsense.err.contains("states are: starting, serving, degraded, stopping"))
            #expect(try mesh.run(["status", "--wait", "1ms", "--until", "degraded"]).code == 3)
            try mesh.down()
        }
    }
}
