import Foundation
import Testing

extension EndToEnd {
    /// Commands say aloud what they do not know.
    @Suite struct HonestAnswerTests {
        @Test func aLoadAgainstNothingFailsAndAnInterruptedOneSaysSo() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let nothing = try mesh.run([
                "load", "run", "--rate", "50", "--duration", "1s", "--router", "127.0.0.1:1",
            ])
            #expect(nothing.code == 3, "\(nothing.out)\(nothing.err)")

            let load = try mesh.start(["load", "run", "--rate", "50", "--duration", "60s"])
            let isUnderWay = TestMesh.eventually {
                // The handlers are set before the first connection comes.
                let page = try? HTTPProbe.request("GET", mesh.router, "/livez")
                return page != nil && load.process.isRunning
            }
            #expect(isUnderWay)
            usleep(1_000_000)
            kill(load.process.processIdentifier, SIGINT)
            let outcome = load.wait(limit: 30)
            #expect(outcome.code == 130, "\(outcome.err)")
            #expect(outcome.out.contains("stopped early"))
            try mesh.down()
        }

        @Test func aWaitForADeathEndsWithTheDeathKnownToAll() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            try mesh.json(["kill", "us-east-1", "--yes"])
            let view = try mesh.json(["members", "--wait", "20s", "--until", "us-east-1=dead"])
            let row = (view["members"] as? [[String: Any]])?.first { $0["name"] as? String == "us-east-1" }
            #expect(row?["status"] as? String == "dead")
            #expect(view["agree"] as? Int == view["of"] as? Int)
            let vain = try mesh.run(["members", "--wait", "200ms", "--until", "us-east-1=alive"])
            #expect(vain.code == 3)

            // Whoever is paused is not heard, and not counted as agreeing.
            try mesh.json(["pause", "eu-west-1", "--for", "1m"])
            let diff = try mesh.run(["members", "--diff", "-o", "json"])
            #expect(diff.code == 3)
            #expect(diff.json["silent"] as? [String] == ["eu-west-1"])
            try mesh.down()
        }
    }
}
