import Foundation
import Testing

extension EndToEnd {
    /// A name that there is not is one mistake, whichever command it is given to.
    @Suite struct UnknownNameTests {
        private static let commands: [(command: String, near: String)] = [
            ("kill us-esat-1", "us-east-1"), ("kill us-esat-1 --dry-run", "us-east-1"), ("pause router/r9", "r1"),
            ("resume region/us-esat", "us-east"), ("restart us-esat-1", "us-east-1"),
            ("fault add latency us-esat-1 --delay 5ms", "us-east-1"),
            ("partition region/us-esat region/us-west", "us-east"),
            ("evacuate us-esat --confirm us-esat", "us-east"), ("evacuate us-esat --dry-run", "us-east"),
            ("restore us-esat", "us-east"), ("cell add us-esat", "us-east"), ("cell drain us-esat-1", "us-east-1"),
            ("cell drain us-esat-1 --dry-run", "us-east-1"), ("move c1 --to us-esat-1", "us-east-1"),
            ("drill run evacuation us-esat", "us-east"), ("drill run partition us-esat", "us-east"),
            ("drill run evacuaton", "evacuation"), ("drill show evacuaton", "evacuation"),
            ("store us-esat-1", "us-east-1"),
            ("store us-esat-1 --accept-loss --confirm us-esat-1", "us-east-1"), ("why us-esat-1", "us-east-1"),
            ("why us-east-1 --from us-esat-2", "us-east-2"), ("members --from us-esat-1", "us-east-1"),
            ("logs us-esat-1", "us-east-1"), ("blast-radius --if us-esat-1", "us-east-1"),
            ("load run --router r9 --duration 1s", "r1"), ("load start --router router/r9 --duration 1s", "r1"),
            ("load run --service chekout --duration 1s", "checkout"),
            ("conflicts resolve c1 k --pick 1 --router r9", "r1"),
            ("trace ls --service chekout", "checkout"), ("trace ls --cell us-esat-1", "us-east-1"),
            ("trace ls --policy braker", "breaker"), ("trace ls --fault f9", "none yet"),
        ]

        @Test func eachCommandSaysSoInOneWay() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            for (command, near) in Self.commands {
                let outcome = try mesh.run(command.split(separator: " ").map(String.init))
                #expect(outcome.code == 64, "\(command): \(outcome.code) \(outcome.err)")
                let hint = outcome.err.split(separator: "\n").first { $0.hasPrefix("hint:") } ?? ""
                #expect(hint.contains(near), "\(command): \(outcome.err)")
            }
            try mesh.down()
        }

        /// `down` is what was seen, not what is about to come.
        @Test func theControlPlaneHasEndedWhenItsKillIsTold() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let control = try #require(try mesh.json(["status"])["control"] as? [String: Any])
            let pid = Int32(try #require(control["pid"] as? Int))
            let outcome = try mesh.run(["kill", "control"])
            let isRunning = TestMesh.isRunning(pid)
            #expect(!isRunning && outcome.code == 0 && outcome.out.contains("down"), "\(outcome.out)\(outcome.err)")
            #expect(try mesh.run(["up", "--mesh", "eight-cells", "--detach"]).code == 0)
            try mesh.down()
        }
    }
}
