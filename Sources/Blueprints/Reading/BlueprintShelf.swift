import Topology

/// The blueprints that a topology uses, each read once, in the order of their first mention.
final class BlueprintShelf {
    enum Reference: Equatable {
        /// Nothing is named.
        case none
        /// Something is named that cannot be used, and that has been reported.
        case broken
        case position(Int)
    }

    private(set) var loaded: [LoadedBlueprint] = []
    /// The path of the topology, from whose folder paths start.
    private let topology: String
    private let collector: ProblemCollector
    private let loader: FileLoader
    private var byPath: [String: Reference] = [:]

    init(topology: String, collector: ProblemCollector, loader: @escaping FileLoader) {
        self.topology = topology
        self.collector = collector
        self.loader = loader
    }

    /// A blueprint written inside the topology.
    func add(inline value: YAMLValue, reporter: Reporter) {
        guard let blueprint = BlueprintReader(reporter: reporter).blueprint(value) else { return }
        _ = shelve(blueprint, at: blueprint.marks.name, reporter)
    }

    /// What a `blueprint:` key means: the name of a blueprint written inside the topology, else a path from the
    /// topology's folder.
    func reference(_ value: YAMLValue?, reporter: Reporter) -> Reference {
        guard let value else { return .none }
        guard let text = ValueReading(reporter: reporter).text(value, "'blueprint'") else { return .broken }
        if let known = loaded.firstIndex(where: { $0.file == reporter.file && $0.blueprint.name == text }) {
            return .position(known)
        }
        if let known = byPath[text] { return known }
        let reference = load(text, at: value.position, reporter)
        byPath[text] = reference
        return reference
    }

    private func load(_ path: String, at position: Position, _ reporter: Reporter) -> Reference {
        guard loaded.count < TopologyLimits.blueprints else {
            reporter.error(.tooMany, at: position, "at most \(TopologyLimits.blueprints) blueprints are possible")
            return .broken
        }
        let file = FilePath.joined(path, besides: topology)
        switch loader(file) {
        case .failure(let failure):
            reporter.error(
                failure.code, at: position, "the blueprint \(FilePath.shown(file)): \(failure.message)",
                hint: failure.code == .fileMissing ? "the path starts at the folder of this file" : nil)
            return .broken
        case .success(let text):
            let name = FilePath.shown(file)
            collector.add(SourceText(name: name, text: text))
            let inner = Reporter(file: name, collector: collector)
            guard let value = YAMLDocument.parse(text, reporter: inner) else { return .broken }
            if let kind = MeshFiles.Kind(of: value), kind != .blueprint {
                inner.report(kind, insteadOf: .blueprint)
                return .broken
            }
            guard let blueprint = BlueprintReader(reporter: inner).blueprint(value) else { return .broken }
            return shelve(blueprint, at: position, reporter)
        }
    }

    private func shelve(_ blueprint: LoadedBlueprint, at position: Position, _ reporter: Reporter) -> Reference {
        if let same = loaded.first(where: { $0.blueprint.name == blueprint.blueprint.name }) {
            reporter.error(
                .duplicateName, at: position, "two blueprints are named '\(blueprint.blueprint.name)'",
                hint: "the other is in \(same.file)")
            return .broken
        }
        loaded.append(blueprint)
        BlueprintChecks(reporter: Reporter(file: blueprint.file, collector: collector)).check(blueprint)
        return .position(loaded.count - 1)
    }
}
