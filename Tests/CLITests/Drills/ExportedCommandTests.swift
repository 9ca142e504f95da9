import ArgumentParser
import Blueprints
import Foundation
import MeshBase
import Scenarios
import Testing
import Topology

@testable import cellmesh

/// What 'drill export' writes this program takes: each command is parsed as the command line is, and what it asks for there is on a
/// mesh that has what the drill is about.
@Suite struct ExportedCommandTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// By drill: the topology that has what it is about.
    private static let own = [
        "poison-customer": "poison", "memory-pressure": "chain", "partition": "tiers", "leaky-bulkhead": "walled",
    ]
    /// Scenario files that are no game days.
    private static let files = [
        "chaostoolkit", "dashboard", "dispatch", "social-feed", "storefront", "streaming", "trading",
    ]

    /// The topology of whatever has none of its own.
    private static let usual = "three-regions"

    private static func topology(_ name: String) throws -> MeshTopology {
        try #require(MeshFiles.load(topology: path(name)).topology, "\(name)")
    }

    private static func path(_ name: String) -> String { "\(root)/topology/\(name).yaml" }

    @Test(arguments: BuiltInScenarios.names) func everyCommandOfADrillIsTaken(name: String) throws {
        try check(
            try #require(BuiltInScenarios.named(name)), on: try Self.topology(Self.own[name] ?? Self.usual))
    }

    @Test(arguments: files) func everyCommandOfAFileIsTaken(name: String) throws {
        let result = MeshFiles.load(scenario: "\(Self.root)/scenarios/\(name).yaml")
        let hasOwn = FileManager.default.fileExists(atPath: Self.path(name))
        try check(
            try #require(result.scenario, "\(result.rendered())"),
            on: try Self.topology(hasOwn ? name : Self.usual))
    }

    @Test func everyScenarioFileIsAmongThem() throws {
        let found = try FileManager.default.contentsOfDirectory(atPath: "\(Self.root)/scenarios")
            .filter { MeshFiles.isScenario("\(Self.root)/scenarios/\($0)") }.map { String($0.dropLast(5)) }.sorted()
        #expect(found == Self.files)
    }

    private func check(_ scenario: Scenario, on topology: MeshTopology) throws {
        let experiment = ChaosToolkitExperiment(scenario)
        let activities = (experiment.hypothesis?.probes ?? []) + experiment.method + experiment.rollbacks
        for activity in activities {
            let words = activity.provider.arguments
            do { try take(CellMesh.parseAsRoot(words), on: topology) } catch {
                Issue.record("cellmesh \(words.joined(separator: " ")): \(CellMesh.message(for: error)) \(error)")
            }
        }
        // Each step is there, or told.
        let told = Set(activities.map(\.name))
        for step in scenario.method where !told.contains(step.name) {
            #expect(experiment.left.contains { $0.contains("'\(step.name)'") }, "\(step.name): \(experiment.left)")
        }
    }

    /// What a command would ask for, once it was parsed.
    private func take(_ command: any ParsableCommand, on topology: MeshTopology) throws {
        var chooser = TargetChooser(
            topology, loads: topology.cells.map { _ in .init(rate: nil, customers: 1, serves: true) }, seed: 1)
        switch command {
        case let kill as KillCommand: _ = try TargetList(chooser.words(for: kill.targets.names), in: topology).processes
        case let pause as PauseCommand:
            _ = try TargetList(chooser.words(for: pause.targets.names), in: topology).processes
        case let fault as FaultAddCommand:
            var request = try fault.wish().request
            request.targets = try chooser.words(for: request.targets)
            _ = try request.spec(in: topology)
        case let evacuate as EvacuateCommand:
            #expect(evacuate.confirm == evacuate.region)
            try checkRegion(evacuate.region, topology, &chooser)
        case let restore as RestoreCommand: try checkRegion(restore.region, topology, &chooser)
        case let load as LoadRunCommand: _ = try load.load.configuration(topology)
        case is HealCommand: break
        default: Issue.record("\(type(of: command)) is none of an experiment")
        }
    }

    private func checkRegion(_ word: String, _ topology: MeshTopology, _ chooser: inout TargetChooser) throws {
        let chosen = try chooser.words(for: word)
        #expect(chosen.count == 1 && topology.regions.contains { "region/\($0.name)" == chosen[0] }, "\(chosen)")
    }
}
