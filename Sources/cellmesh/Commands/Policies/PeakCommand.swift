import ArgumentParser
import ControlPlane
import MeshBase
import Nodes
import Resilience
import Topology

struct PeakCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peak", abstract: "Take the larger sizes of a peak that is foreseen, for a while.",
        subcommands: [PeakOnCommand.self, PeakOffCommand.self, PeakStatusCommand.self])

    /// As cells of the mesh know them; nil where the topology declares none or switches them off.
    static func profiles(_ topology: MeshTopology) -> [PeakProfile] {
        topology.blueprints.indices.lazy.map { topology.peakProfiles(ofBlueprint: $0) }.first { !$0.isEmpty } ?? []
    }
}

struct PeakOnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "on", abstract: "Begin a peak that the topology declares.",
        discussion: """
            Pools, connections and memory of all cells move to its sizes in ten steps, stay for its time, and come back \
            by themselves the same way.

              cellmesh peak on sale
              cellmesh peak on sale --for 30s
            """)

    @Argument(help: ArgumentHelp("A name under 'peak' of the topology.", valueName: "name"))
    var name: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long its sizes stay; as the topology says where left out.", valueName: "duration"))
    var time: DurationArgument?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let topology = try StoredMesh(try mesh.running()).topology
        let profiles = PeakCommand.profiles(topology)
        guard let profile = profiles.first(where: { $0.name == name }) else {
            let known = (topology.peaks ?? []).map(\.name)
            throw CommandFailure(
                .usage,
                profiles.isEmpty && known.contains(name) ? "peaks are switched off" : "there is no peak '\(name)'",
                hint: known.isEmpty
                    ? "'peak' of a topology declares them, as in peak: {sale: {pools: {pay: {workers: 150}}, for: 5m}}"
                    : NearestWord.hint(for: name, among: known, listing: "there are"),
                next: "cellmesh peak status")
        }
        try SettingsRun.run(
            [SettingsWish(.peak, name, value: "on", lease: Self.lease(profile.policy, stays: time?.milliseconds))],
            mesh,
            output.console, next: "cellmesh peak status")
    }

    /// Until the way back begins, in milliseconds.
    static func lease(_ policy: PeakPolicy, stays: Int64?) -> Int64 {
        policy.over.nanoseconds / 1_000_000 + (stays ?? policy.lasts.nanoseconds / 1_000_000)
    }
}

struct PeakOffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "off", abstract: "End the peak that was begun: sizes go back from where they are.",
        discussion: "  cellmesh peak off")

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try SettingsRun.run([SettingsWish(.peak)], mesh, output.console, next: "cellmesh peak status")
    }
}

struct PeakStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "The peaks of the mesh, and how far the one that goes on is.",
        discussion: """
            One that began by itself goes on in single cells: their metric cellmesh_peak_progress tells. Works without \
            the control plane too.

              cellmesh peak status
              cellmesh peak status -o json
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let stored = try StoredMesh(directory)
        output.console.show(PeaksView.status(try StoredSettings.read(directory), stored.topology))
        if let name = stored.topology.peaks?.first?.name { output.console.next("cellmesh peak on \(name)") }
    }
}
