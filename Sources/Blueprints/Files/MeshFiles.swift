import Scenarios
import Topology

/// What came of reading a file and those that it names.
package struct MeshFilesResult: Sendable {
    /// Nil where there is an error, and where the file is no topology.
    package var topology: MeshTopology?
    /// Nil where there is an error, and where the file is no blueprint.
    package var blueprint: Blueprint?
    /// Nil where there is an error, and where the file is no scenario.
    package var scenario: Scenario?
    /// Nil where there is an error, and where the file is no game day.
    package var gameDay: GameDay?
    /// File by file in the order of reading, then by position.
    package var problems: [Problem]
    /// The texts that the problems point into.
    package var sources: [SourceText]

    package var report: ValidationReport { ValidationReport(problems) }

    /// All problems for people; empty where there are none.
    package func rendered(color: Bool = false) -> String {
        ProblemRenderer(sources: sources, color: color).render(problems)
    }

    /// The first problems for people, a line each, and how many there are besides; empty where there are none.
    ///
    /// - Parameter most: how many problems get a line, at least 1.
    package func brief(most: Int, color: Bool = false) -> (text: String, others: Int) {
        let renderer = ProblemRenderer(sources: sources, color: color)
        return (problems.prefix(most).map(renderer.brief).joined(), max(0, problems.count - most))
    }
}

/// Reads the files that a user writes, strictly, and finds as many problems as it can in one pass.
package enum MeshFiles {
    /// A topology and its blueprints.
    package static func load(topology path: String) -> MeshFilesResult {
        load(path: path, kind: .topology, loader: TextFile.read)
    }

    /// A topology from text. `named` is its path: blueprints are looked up from its folder, with `blueprintLoader`,
    /// which gets the joined path.
    package static func load(yaml: String, named path: String, blueprintLoader: @escaping FileLoader)
        -> MeshFilesResult
    {
        Load(path: path, loader: blueprintLoader).run(yaml, as: .topology)
    }

    /// A blueprint by itself, from text.
    package static func load(blueprint yaml: String, named path: String) -> MeshFilesResult {
        Load(path: path, loader: TextFile.read).run(yaml, as: .blueprint)
    }

    /// A scenario, which is called by its file's name.
    package static func load(scenario path: String) -> MeshFilesResult {
        load(path: path, kind: .scenario, loader: TextFile.read)
    }

    /// A scenario from text.
    ///
    /// - Parameter environment: a variable of the environment; nil where there is none.
    package static func load(
        scenario yaml: String, named path: String,
        environment: @escaping (String) -> String? = ProcessVariables.value
    ) -> MeshFilesResult {
        var load = Load(path: path, loader: TextFile.read)
        load.environment = environment
        return load.run(yaml, as: .scenario)
    }

    /// A game day with the scenarios that it names, which is called by its file's name.
    package static func load(gameDay path: String) -> MeshFilesResult {
        load(path: path, kind: .gameDay, loader: TextFile.read)
    }

    /// A game day from text; scenarios are looked up from the folder of `named`, with `loader`, which gets the joined path.
    package static func load(gameDay yaml: String, named path: String, loader: @escaping FileLoader) -> MeshFilesResult
    {
        Load(path: path, loader: loader).run(yaml, as: .gameDay)
    }

    /// What a scenario, or a game day, is called by the file that it is in.
    static func scenarioName(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return Scenario.name(of: file.split(separator: ".").first.map(String.init) ?? file)
    }

    /// A topology, a blueprint, a scenario or a game day, whichever the file's keys say it is: what `validate` does.
    package static func check(_ path: String) -> MeshFilesResult { load(path: path, kind: nil, loader: TextFile.read) }

    /// Whether the keys of a file say that it is a scenario.
    package static func isScenario(_ path: String) -> Bool {
        guard case .success(let text) = TextFile.read(path), text.utf8.count <= TextFile.longest else { return false }
        let reporter = Reporter(file: FilePath.shown(path), collector: ProblemCollector())
        return YAMLDocument.parse(text, reporter: reporter).flatMap { Kind(of: $0) } == .scenario
    }

    enum Kind: String {
        case topology, blueprint, scenario
        case gameDay = "game day"

        /// What the keys of a file say that it is.
        init?(of root: YAMLValue) {
            guard case .mapping(let entries) = root.content else { return nil }
            let keys = entries.map(\.key)
            if keys.contains("mesh") || keys.contains("regions") {
                self = .topology
            } else if keys.contains("cell") || keys.contains("services") {
                self = .blueprint
            } else if keys.contains("drills") {
                self = .gameDay
            } else if keys.contains("title") || keys.contains("method") {
                self = .scenario
            } else {
                return nil
            }
        }
    }

    /// Which regions of a topology run on other hosts.
    ///
    /// - Returns: nil where there is an error, which the result tells.
    package static func load(
        hosts path: String, regions: [String]
    ) -> (hosts: [RegionHost]?, result: MeshFilesResult) {
        let load = Load(path: path, loader: TextFile.read)
        let root = load.text().flatMap(load.root)
        let hosts = root.map { HostsReader(reporter: load.reporter, regions: regions).hosts($0) }
        return (load.collector.hasErrors ? nil : hosts, load.result())
    }

    private static func load(path: String, kind: Kind?, loader: @escaping FileLoader) -> MeshFilesResult {
        let load = Load(path: path, loader: loader)
        return load.text().map { load.run($0, as: kind) } ?? load.result()
    }
}

/// One run over one file and those that it names.
private struct Load {
    let path: String
    let loader: FileLoader
    let collector = ProblemCollector()
    var environment: (String) -> String? = ProcessVariables.value
    var reporter: Reporter { Reporter(file: FilePath.shown(path), collector: collector) }

    /// Of the file; nil where it cannot be read, which is reported.
    func text() -> String? {
        switch loader(path) {
        case .success(let text): return text
        case .failure(let failure):
            reporter.error(failure.code, at: .start, failure.message)
            return nil
        }
    }

    /// What a text holds; nil where it is no YAML, or too large, which is reported.
    func root(_ text: String) -> YAMLValue? {
        guard text.utf8.count <= TextFile.longest else {
            reporter.error(.fileTooLarge, at: .start, "the file is larger than 1 MiB")
            return nil
        }
        collector.add(SourceText(name: FilePath.shown(path), text: text))
        return YAMLDocument.parse(text, reporter: reporter)
    }

    func run(_ text: String, as kind: MeshFiles.Kind?) -> MeshFilesResult {
        guard let root = root(text) else { return result() }
        let found = MeshFiles.Kind(of: root)
        if let kind, let found, found != kind {
            reporter.report(found, insteadOf: kind)
            return result()
        }
        switch kind ?? found {
        case .topology:
            let shelf = BlueprintShelf(topology: path, collector: collector, loader: loader)
            return result(topology: TopologyReader(reporter: reporter, shelf: shelf).topology(root))
        case .blueprint:
            guard let loaded = BlueprintReader(reporter: reporter).blueprint(root) else { return result() }
            BlueprintChecks(reporter: reporter).check(loaded)
            return result(blueprint: loaded.blueprint)
        case .scenario:
            return result(
                scenario: ScenarioReader(reporter: reporter, environment: environment)
                    .scenario(root, name: MeshFiles.scenarioName(of: path)))
        case .gameDay:
            let reader = GameDayReader(reporter: reporter, path: path, collector: collector, loader: loader)
            return result(gameDay: reader.gameDay(root, name: MeshFiles.scenarioName(of: path)))
        case nil:
            reporter.error(
                .fileKind, at: .start, "this is no topology, blueprint, scenario or game day",
                hint: "a topology has the key 'mesh', a blueprint 'cell', a scenario 'title', a game day 'drills'")
            return result()
        }
    }

    func result(
        topology: MeshTopology? = nil, blueprint: Blueprint? = nil, scenario: Scenario? = nil, gameDay: GameDay? = nil
    ) -> MeshFilesResult {
        let usable = !collector.hasErrors
        return MeshFilesResult(
            topology: usable ? topology : nil, blueprint: usable ? blueprint : nil,
            scenario: usable ? scenario : nil, gameDay: usable ? gameDay : nil, problems: collector.finished(),
            sources: collector.sources)
    }
}

extension Reporter {
    /// A file that is sound, perhaps, and another than the one that was asked for.
    func report(_ found: MeshFiles.Kind, insteadOf wanted: MeshFiles.Kind) {
        let hint =
            switch (found, wanted) {
            case (.blueprint, .topology):
                "name a topology whose key 'blueprint' leads to this file; 'cellmesh validate' checks it by itself"
            case (.topology, .blueprint): "a blueprint begins with the key 'cell'"
            default: "a topology has the key 'mesh', a blueprint 'cell', a scenario 'title', a game day 'drills'"
            }
        error(.fileKind, at: .start, "this is a \(found.rawValue), and a \(wanted.rawValue) is needed", hint: hint)
    }
}
