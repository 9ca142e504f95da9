import Blueprints
import Drills
import Foundation
import MeshBase
import Scenarios
import Testing
import Topology

@testable import SimDriver

/// The drills of this program in virtual time: each passes on a mesh that is well, and deviates on one that is broken for it.
@Suite struct ScenarioSimTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static func topology(_ name: String = "three-regions", _ change: (inout MeshTopology) -> Void = { _ in })
        throws -> MeshTopology
    {
        var topology = try #require(MeshFiles.load(topology: "\(root)/topology/\(name).yaml").topology)
        change(&topology)
        return topology
    }

    private static func run(
        _ name: String, _ topology: MeshTopology, seed: UInt64 = 1, defect: SimDefect? = nil
    ) throws -> SimScenario.Outcome {
        let scenario = try #require(BuiltInScenarios.named(name))
        return try SimScenario.run(
            scenario, on: topology, seed: seed, id: "20260101-120000000-\(name)",
            command: "cellmesh sim run \(name) --seed \(seed)", defect: defect)
    }

    @Test(arguments: BuiltInScenarios.names) func everyDrillPasses(name: String) throws {
        // Somebody has to be poison, memory to be counted, a cut to have two sides, and what may leak to have walls.
        let own = [
            "poison-customer": "poison", "memory-pressure": "chain", "partition": "tiers", "leaky-bulkhead": "walled",
        ]
        let topology = try Self.topology(own[name] ?? "three-regions")
        for seed: UInt64 in 1...2 {
            let outcome = try Self.run(name, topology, seed: seed)
            let again = "cellmesh sim run \(name) --seed \(seed)"
            #expect(outcome.drill.outcome == .passed, "\(again): \(outcome.drill.reason ?? "")")
            #expect(outcome.simulation.isOk, "\(again): \(outcome.simulation.verdicts.filter { !$0.ok })")
            #expect(outcome.drill.exposed, "\(again): \(outcome.drill.exposure ?? "")")
        }
    }

    @Test func aRunIsAFunctionOfItsSeed() throws {
        let first = try Self.run("kill-cell", Self.topology(), seed: 7)
        let second = try Self.run("kill-cell", Self.topology(), seed: 7)
        #expect(first.simulation.traceHash == second.simulation.traceHash && first.drill == second.drill)
        #expect(try Self.run("kill-cell", Self.topology(), seed: 8).simulation.traceHash != first.simulation.traceHash)
    }

    /// Names of the claims that were not kept.
    private static func broken(_ outcome: SimScenario.Outcome) -> [String] {
        outcome.drill.claims.filter { $0.verdict == .deviated }.map(\.name)
    }

    @Test func oneCellEachLosesTheCustomersOfTheDeadOne() throws {
        let outcome = try Self.run("kill-cell", Self.topology { $0.sharding.size = 1 })
        #expect(outcome.drill.outcome == .deviated && Self.broken(outcome).contains("customers_lost==0"))
    }

    @Test func shardsWithinAZoneAreLostWithIt() throws {
        let outcome = try Self.run(
            "zone-outage",
            Self.topology {
                $0.sharding.size = 1
                $0.sharding.spread = .cell
            })
        #expect(outcome.drill.outcome == .deviated && Self.broken(outcome).contains("customers_lost==0"))
    }

    @Test func withoutPoliciesNoBreakerOpens() throws {
        let outcome = try Self.run(
            "slow-dependency",
            Self.topology {
                $0.policies = PoliciesBlock()
                $0.policies?.profile = .off
            })
        #expect(outcome.drill.outcome == .deviated, "\(outcome.drill.reason ?? "")")
        #expect(Self.broken(outcome).contains("breaker_opened<=3s"), "\(Self.broken(outcome))")
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func aChainFallsFromItsEndToItsBegin(seed: UInt64) throws {
        let outcome = try Self.run("cascade", Self.topology("chain"), seed: seed)
        #expect(outcome.drill.outcome == .deviated && Self.broken(outcome) == ["services_failing<=3"])
        let falls = try #require(outcome.drill.falls)
        #expect(
            falls.map(\.service) == ["directory", "ledger", "assessment", "claims", "portal"], "seed \(seed): \(falls)")
        #expect(falls.map(\.through) == [nil, "directory", "ledger", "assessment", "claims"])
        #expect(falls.map(\.callers) == ["ledger", "assessment", "claims", "portal", nil])
        #expect(Set(falls.map(\.cell)).count == 1 && falls.allSatisfy { $0.afterMilliseconds < 15_000 })
    }

    @Test func aServiceThatNobodyNeedsFallsAlone() throws {
        let outcome = try Self.run("cascade", Self.topology())
        #expect(outcome.drill.falls?.map(\.service) == ["checkout"], "\(outcome.drill.falls ?? [])")
        #expect(outcome.drill.wave?.detectionMilliseconds != nil || outcome.drill.wave?.missing != nil)
    }

    @Test func withoutPoliciesNobodyIsRefusedForWantOfMemory() throws {
        let outcome = try Self.run(
            "memory-pressure",
            Self.topology("chain") {
                $0.policies = PoliciesBlock()
                $0.policies?.profile = .off
            })
        #expect(outcome.drill.outcome == .deviated, "\(outcome.drill.reason ?? "")")
        #expect(Self.broken(outcome).contains("shed_begun{priority:low}>=1"), "\(Self.broken(outcome))")
    }

    @Test func memoryIsHeldOnlyWhereItIsCounted() throws {
        #expect(throws: SimRefusal.self) { try Self.run("memory-pressure", Self.topology()) }
    }

    @Test func membersThatSuspectAtOnceTakeTheLivingForDead() throws {
        let outcome = try Self.run(
            "gossip-loss", Self.topology { $0.membership = Self.hasty($0.membership) })
        #expect(outcome.drill.outcome == .deviated, "\(outcome.drill.reason ?? "")")
        #expect(Self.broken(outcome).contains("false_deaths==0"), "\(Self.broken(outcome))")
    }

    private static func hasty(_ settings: MembershipSettings) -> MembershipSettings {
        var settings = settings
        (settings.suspicionMultiplier, settings.suspicionMaximumMultiplier) = (1, 1)
        (settings.indirectProbes, settings.awarenessMaximum) = (0, 1)
        return settings
    }

    @Test func aBuildThatDropsWritesLosesThem() throws {
        let outcome = try Self.run(
            "region-evacuation", Self.topology(), defect: SimDefect.known.first { $0.name == "drop-writes" }?.defect)
        #expect(outcome.drill.outcome == .deviated, "\(outcome.drill.reason ?? "")")
        #expect(Self.broken(outcome).contains { $0.contains("lost") }, "\(Self.broken(outcome))")
    }

    /// The claims of the evacuation, each with what it saw.
    @Test func aRegionIsLeftWholeAndTakenBackWhole() throws {
        let outcome = try Self.run("evacuation", Self.topology())
        #expect(outcome.drill.drill == "region-evacuation" && outcome.drill.target == "region/us-east")
        for claim in outcome.drill.claims {
            #expect(claim.verdict == .met, "\(claim)")
        }
        #expect(outcome.drill.conclusive && outcome.drill.exitCode == 0, "\(outcome.drill.reason ?? "")")
        let off = try #require(outcome.drill.claims.first { $0.name == "off<=5s" }?.observed)
        #expect(off > 0)
    }

    /// Critical refuses on the side without a quorum, important goes on at both.
    @Test func eachTierKeepsItsPromiseOnBothSidesOfACut() throws {
        let outcome = try Self.run("partition", Self.topology("tiers"), seed: 3)
        #expect(outcome.drill.outcome == .passed, "\(outcome.drill.reason ?? "")")
        func row(_ tier: String, _ side: String) throws -> TierChoice {
            try #require(outcome.drill.tiers.first { $0.tier == tier && $0.side == side }, "\(outcome.drill.tiers)")
        }
        let inside = try row("critical", "east")
        #expect(inside.ok == 0 && inside.refused > 0, "\(inside)")
        #expect(try row("critical", "elsewhere").ok > 0)
        #expect(try row("important", "east").ok > 0 && row("important", "elsewhere").ok > 0)
        for name in ["moves_begun==0", "critical_answered==0", "important_answered>=99%", "hints_left==0"] {
            let claim = try #require(outcome.drill.claims.first { $0.name == name })
            #expect(claim.verdict == .met && claim.observed != nil, "\(claim)")
        }
    }

    @Test func aBuildThatDropsWritesLosesThemInACutToo() throws {
        let outcome = try Self.run(
            "partition", Self.topology("tiers"), defect: SimDefect.known.first { $0.name == "drop-writes" }?.defect)
        #expect(Self.broken(outcome).contains("lost_writes==0"), "\(Self.broken(outcome))")
    }

    @Test func aQuorumOfOneAnswersWhereItMustNot() throws {
        let outcome = try Self.run(
            "partition", Self.topology("tiers"), defect: SimDefect.known.first { $0.name == "weak-quorum" }?.defect)
        #expect(Self.broken(outcome).contains("critical_answered==0"), "\(Self.broken(outcome))")
    }

    @Test func aCutWithClientsOnOneSideAloneIsRefused() throws {
        #expect(throws: SimRefusal.self) { try Self.run("partition", Self.topology()) }
    }

    /// What is drawn goes by the seed of the run, whatever the file says: each seed has its own.
    @Test func theSeedOfTheRunDraws() throws {
        func chosen(_ seed: UInt64, file: UInt64?) throws -> String? {
            var scenario = try #require(
                MeshFiles.load(
                    scenario: """
                        title: x
                        baseline: {for: 1s}
                        method: [{type: action, name: kill, provider: {type: cellmesh, do: "kill cell/{draw:1}", for: 1s}}]
                        """, named: "x.yaml"
                ).scenario)
            scenario.seed = file
            return try SimScenario.run(
                scenario, on: Self.topology(), seed: seed, id: "20260101-120000000-x", command: "x"
            ).drill.target
        }
        let drawn = try (1...8).map { try chosen($0, file: 7) }
        #expect(Set(drawn).count > 2, "\(drawn)")
        #expect(try drawn[6] == chosen(7, file: nil) && drawn[1] == chosen(2, file: 9))
    }

    /// What no real process has done to it may be done here, by a file too.
    @Test(arguments: [
        "drift us-east-1 200ppm", "late us-east-1 200ms", "reorder us-east-1 5% 50ms", "clog us-east-1",
        "leave us-east-1",
        "lose-rows us-east-1",
    ]) func whatIsSimulatedAloneIsSimulated(deed: String) throws {
        let scenario = try #require(
            MeshFiles.load(
                scenario: """
                    title: x
                    baseline: {for: 1s}
                    method: [{type: action, name: it, provider: {type: cellmesh, do: "\(deed)", for: 2s}}]
                    """, named: "x.yaml"
            ).scenario)
        let drill = try SimScenario.run(
            scenario, on: Self.topology(), seed: 1, id: "20260101-120000000-x", command: "x"
        ).drill
        #expect(drill.steps.contains { $0.name == "it" && $0.outcome == .done }, "\(drill.steps)")
    }

    @Test func whatAScenarioCannotDoHereIsRefused() throws {
        var scenario = try #require(BuiltInScenarios.named("kill-cell"))
        scenario.load.service = "nothing"
        #expect(throws: SimRefusal.self) {
            try SimScenario.run(
                scenario, on: Self.topology(), seed: 1, id: "20260101-120000000-x", command: "")
        }
    }
}

/// Thresholds and their tags in virtual time, and what no simulation has.
@Suite struct ScenarioThresholdSimTests {
    private func outcome(_ yaml: String) throws -> SimScenario.Outcome {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let topology = try #require(MeshFiles.load(topology: "\(root)/topology/three-regions.yaml").topology)
        let result = MeshFiles.load(
            scenario: """
                title: x
                load: {rate: 200, priorities: "critical=20%,normal=80%"}
                baseline: {for: 2s}
                method: [{type: action, name: kill, provider: {type: cellmesh, do: kill us-east-1, for: 5s}}]

                """ + yaml, named: "x.yaml")
        let scenario = try #require(result.scenario, "\(result.rendered())")
        return try SimScenario.run(scenario, on: topology, seed: 3, id: "20260101-120000000-x", command: "x")
    }

    @Test func everyTagIsMeasured() throws {
        let tags = [
            "", "{region:us-east}", "{region:eu-west}", "{cell:us-east-2}", "{service:records}", "{service:checkout}",
            "{kind:reads}", "{kind:writes}", "{kind:services}", "{priority:critical}", "{priority:normal}",
        ]
        let drill = try outcome(
            "thresholds:\n" + tags.map { "  \"http_reqs\($0)\": [\"count>10\", \"count<100000\"]\n" }.joined()
                + tags.map { "  \"http_req_duration\($0)\": [\"max>0\", \"avg<10000\", \"p(90)<10000\"]\n" }.joined()
        ).drill
        func observed(_ tag: String) -> Double? {
            drill.claims.first { $0.name == "http_reqs\(tag) count>10" }?.observed ?? nil
        }
        for claim in drill.claims where claim.name.hasPrefix("http_") {
            #expect(claim.observed != nil && claim.verdict == .met, "\(claim)")
        }
        let all = try #require(observed(""))
        let (critical, normal) = (
            try #require(observed("{priority:critical}")), try #require(observed("{priority:normal}"))
        )
        #expect(critical + normal == all && (0.1...0.3).contains(critical / all), "\(critical) of \(all)")
        let kinds = ["reads", "writes", "services"].compactMap { observed("{kind:\($0)}") }
        #expect(kinds.reduce(0, +) == all, "\(kinds)")
        #expect(observed("{region:us-east}").map { $0 < all } == true)
        // A region of which the topology knows nothing is refused.
        #expect(throws: SimRefusal.self) { try outcome("objectives: [\"success{region:us-esat}>=1%\"]") }
    }

    @Test func aThresholdThatIsNotKeptDeviates() throws {
        let drill = try outcome("thresholds: {\"http_reqs{kind:reads}\": [\"count<10\"]}\n").drill
        #expect(drill.outcome == .deviated && drill.reason?.contains("http_reqs{kind:reads} count<10") == true)
        let aborted = try outcome(
            "thresholds: {http_reqs: [{threshold: count<10, abortOnFail: true, delayAbortEval: 2s}]}\n"
        ).drill
        #expect(aborted.outcome == .aborted)
    }

    @Test func requestsAndProgramsAreRefusedWithTheirPlace() throws {
        for (provider, status) in [
            ("{type: http, url: \"http://127.0.0.1:1/\"}", 200), ("{type: process, path: wc}", 0),
        ] {
            #expect("\(provider)") {
                _ = try outcome(
                    "steady-state-hypothesis: {title: x, probes: [{type: probe, name: y, tolerance: \(status), provider: \(provider)}]}\n"
                )
            } throws: { ("\($0)").contains("x.yaml:5") }
        }
    }
}
