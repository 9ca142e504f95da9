import ArgumentParser
import ControlPlane
import Foundation
import MeshBase
import Resilience
import Testing
import Topology

@testable import cellmesh

@Suite struct PolicyCommandTests {
    private func parse<Command: ParsableCommand>(_ type: Command.Type, _ line: String) throws -> Command {
        try #require(try CellMesh.parseAsRoot(line.split(separator: " ").map(String.init)) as? Command, "\(line)")
    }

    @Test func flagsAreSetInTwoWays() throws {
        #expect(try FlagsSetCommand.pairs(["a=on", "b=off"]).map { "\($0.name) \($0.value)" } == ["a on", "b off"])
        #expect(try FlagsSetCommand.pairs(["a", "off"]).map { "\($0.name) \($0.value)" } == ["a off"])
        #expect(throws: CommandFailure.self) { try FlagsSetCommand.pairs(["a"]) }
        #expect(throws: CommandFailure.self) { try FlagsSetCommand.pairs(["=on"]) }
        let set = try parse(FlagsSetCommand.self, "flags set offers=off --in cell/us-1 --for 30s")
        #expect(set.flags == ["offers=off"] && set.scope.place == "cell/us-1" && set.scope.lease == 30_000)
    }

    @Test func aLevelNeedsNoFurtherWord() throws {
        let level = try parse(DegradeSetCommand.self, "degrade moderate --pin --in region/us-east --for 1m")
        #expect(level.level == "moderate" && level.pin && level.scope.place == "region/us-east")
        #expect(try parse(DegradeSetCommand.self, "degrade auto").level == "auto")
        #expect(try parse(DegradeCompareCommand.self, "degrade compare normal minor --share 20%").share.value == 0.2)
        _ = try parse(DegradeListCommand.self, "degrade ls")
        #expect(UnknownCommand.failure(["degrade", "moderate"]) == nil)
        #expect(UnknownCommand.failure(["flags", "st"])?.hint == "did you mean 'set'?")
    }

    @Test func aPeakHasAName() throws {
        let on = try parse(PeakOnCommand.self, "peak on sale --for 30s")
        #expect(on.name == "sale" && on.time?.milliseconds == 30_000)
        _ = try parse(PeakOffCommand.self, "peak off")
        _ = try parse(PeakStatusCommand.self, "peak status")
        let policy = PeakPolicy(over: .seconds(10), lasts: .minutes(5))
        #expect(PeakOnCommand.lease(policy, stays: nil) == 310_000)
        #expect(PeakOnCommand.lease(policy, stays: 20_000) == 30_000)
    }

    @Test func aNoticeIsToldShownOrTakenBack() throws {
        let told = try parse(NoticeCommand.self, "notice moving --for 1h")
        #expect(told.text == "moving" && told.time?.milliseconds == 3_600_000 && !told.clear)
        #expect(try parse(NoticeCommand.self, "notice --clear").clear)
        #expect(try parse(NoticeCommand.self, "notice").text == nil)
        for line in ["notice --for 1h", "notice moving --clear"] {
            #expect(throws: CommandFailure.self) { try parse(NoticeCommand.self, line).run() }
        }
    }

    @Test func aLevelThatIsNoneIsRefusedWithTheNearest() throws {
        let command = try parse(DegradeSetCommand.self, "degrade modrate")
        do {
            try command.run()
            Issue.record("it was taken")
        } catch let failure as CommandFailure {
            #expect(failure.status == .usage && failure.hint == "did you mean 'moderate'?")
        }
    }

    @Test func gatesAreFoundByEachOfTheirNames() throws {
        let finder = GateFinder(try #require(TopologyFile.embedded().topology))
        #expect(try finder.gates(["us-east-1/checkout/payment"]) == ["us-east-1/checkout/payment"])
        #expect(
            try finder.gates(["gate/r1/us-east-1/checkout", "r1/us-east-1/checkout"]) == ["r1/us-east-1/checkout"])
        let all = try finder.gates(["edge/checkout/payment"])
        #expect(all.count == 12 && all.allSatisfy { $0.hasSuffix("/checkout/payment") })
        for (word, nearest) in [
            ("us-east-1/chekout/payment", "us-east-1/checkout/payment"),
            ("edge/checkout/paymnt", "edge/checkout/payment"),
            ("gate/r1/us-east-1/recrds", "r1/us-east-1/records"),
        ] {
            do {
                _ = try finder.gates([word])
                Issue.record("\(word) was found")
            } catch let failure as CommandFailure {
                #expect(failure.status == .usage && failure.hint == "did you mean '\(nearest)'?")
            }
        }
        #expect(throws: CommandFailure.self) { try finder.check(cell: "us-east-9") }
    }

    @Test func policiesAreChosenAtTheStart() throws {
        var topology = try #require(TopologyFile.embedded().topology)
        let console = Console(format: .json, color: .never)
        #expect(try PolicyChoice.policies("off", over: topology.policies, console)?.profile == .off)
        #expect(try PolicyChoice.policies("seed", over: topology.policies, console)?.profile == .seed)
        #expect(try PolicyChoice.policies("local", over: topology.policies, console) == nil)
        topology.policies = PoliciesBlock()
        topology.policies?.off = [.hedge]
        #expect(
            try PolicyChoice.policies("seed", over: topology.policies, console)?.off == [.hedge],
            "what else is written stays")
        do {
            _ = try PolicyChoice.policies("lokal", over: topology.policies, console)
            Issue.record("it was taken")
        } catch let failure as CommandFailure { #expect(failure.hint == "did you mean 'local'?") }

        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try "policies: {profile: seed, breaker: {failure_rate: 40%}}\n".write(
            to: file, atomically: true, encoding: .utf8)
        let read = try PolicyChoice.policies(file.path, over: topology.policies, console)
        #expect(read?.profile == .seed && read?.breaker?.failureRate == 0.4 && read?.off == nil)
        for text in ["breaker: {}\n", "policies: {braker: {}}\n", "policies: off\nmesh: m\n"] {
            try text.write(to: file, atomically: true, encoding: .utf8)
            #expect(throws: CommandFailure.self, "\(text)") {
                try PolicyChoice.policies(file.path, over: topology.policies, console)
            }
        }
    }
}
