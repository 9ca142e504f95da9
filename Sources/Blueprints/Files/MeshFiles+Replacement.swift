import MeshBase
import Topology

extension MeshFiles {
    /// A blueprint from text that is to take the place of one that cells of a mesh have while they run: also what cannot change
    /// then is an error, where it stands.
    ///
    /// - Parameters:
    ///   - path: relative paths in it start from its folder.
    ///   - blueprints: those of the mesh, as it was founded.
    ///   - replaced: which of them it replaces, by name; nil for the one of its own name.
    package static func load(
        replacement yaml: String, named path: String, of blueprints: [Blueprint], replacing replaced: String? = nil
    ) -> MeshFilesResult {
        var result = load(blueprint: yaml, named: path)
        guard let blueprint = result.blueprint else { return result }
        let collector = ProblemCollector()
        let reporter = Reporter(file: FilePath.shown(path), collector: collector)
        // Read once more only where something has to be pointed at.
        lazy var places = ReplacementPlaces(root: YAMLDocument.parse(yaml, reporter: reporter))
        let name = replaced ?? blueprint.name
        if let old = blueprints.first(where: { $0.name == name }) {
            if let misfit = BlueprintMisfit(of: blueprint, in: old) {
                reporter.error(
                    .notLive, at: places.position(of: misfit, blueprint, old), misfit.description,
                    hint:
                        "a mesh with this blueprint is another one: 'cellmesh up' with a topology and a name of its own"
                )
            }
        } else {
            reporter.error(
                .notLive, at: places.position(["cell"]),
                "no cell of the mesh has a blueprint '\(YAMLValue.clipped(name))'",
                hint: NearestWord.hint(for: name, among: blueprints.map(\.name), listing: "blueprints are"))
        }
        guard collector.hasErrors else { return result }
        result.blueprint = nil
        result.problems += collector.finished()
        return result
    }
}

/// Where things stand in the text of a blueprint.
private struct ReplacementPlaces {
    let root: YAMLValue?

    /// Of the last key of a path that is there.
    func position(_ path: [String]) -> Position {
        var (value, found) = (root, root?.position ?? .start)
        for key in path {
            guard let entry = value?.entry(key) else { break }
            (value, found) = (entry.value, entry.position)
        }
        return found
    }

    func position(of misfit: BlueprintMisfit, _ new: Blueprint, _ old: Blueprint) -> Position {
        switch misfit {
        case .services:
            let first = zip(new.services, old.services).enumerated().first { $1.0.name != $1.1.name }?.offset
            return service(first ?? min(new.services.count, old.services.count))
        case .store, .tier: return position(["store", "tier"])
        case .conflicts: return position(["store", "conflicts"])
        case .idempotency(let name): return service(new.services.firstIndex { $0.name == name } ?? 0)
        }
    }

    /// Of a service by its number; of all where it is not there.
    private func service(_ number: Int) -> Position {
        root?["services"]?[number]?.position ?? position(["services"])
    }
}
