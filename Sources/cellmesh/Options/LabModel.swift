import ArgumentParser
import Blueprints
import Telemetry
import Topology

/// The file that a laboratory looks at.
struct LabModelOptions: ParsableArguments {
    @Argument(
        help: "A topology or a blueprint; the topology that 'up' would start where none is named.", completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp(
            "In place of the topology's policies, as 'up' has it: off, a profile (local, seed), or a file.",
            valueName: "off|local|seed|file"))
    var policies: String?

    /// - Throws: for a file with an error, or one that is neither; its problems are on standard error then.
    func model(_ console: Console) throws -> LabModel {
        let result = file.map { MeshFiles.check($0) } ?? TopologyFile.load(nil)
        let name = file == "-" ? "<stdin>" : file ?? TopologyFile.usual
        guard !result.problems.hasErrors else {
            if console.format != .json {
                console.message(PaintedText.adopted(result.rendered(color: console.paintsMessages)))
            }
            let first = result.problems.first { $0.severity == .error }
            throw CommandFailure(
                "\(name) cannot be used: \(first.map { "\($0.file):\($0.line):\($0.column): \($0.message)" } ?? "")",
                hint: first?.hint, next: file.flatMap { $0 == "-" ? nil : "cellmesh validate \($0)" })
        }
        if var topology = result.topology {
            if let policies {
                topology.policies = try PolicyChoice.policies(policies, over: topology.policies, console)
            }
            let used = Set(topology.cells.map(\.blueprint)).sorted()
            return LabModel(
                cells: used.map { (topology.blueprints[$0], topology.policies(ofBlueprint: $0)) }, topology: topology,
                problems: result.problems)
        }
        guard let blueprint = result.blueprint else {
            throw CommandFailure(
                .usage, "\(name) is a scenario, which has no services", hint: "give a topology or a blueprint")
        }
        let written = try policies.flatMap { try PolicyChoice.policies($0, over: nil, console) }
        return LabModel(
            cells: [(blueprint, PolicyResolver(blueprint, topology: written))], topology: nil,
            problems: result.problems)
    }
}

/// What a file has, with what is in force in it.
struct LabModel {
    /// Every kind of cell that is used, with its policies.
    var cells: [(blueprint: Blueprint, policies: PolicyResolver)]
    /// Nil of a blueprint by itself.
    var topology: MeshTopology?
    /// Warnings of the file as it is written.
    var problems: [Problem]
}
