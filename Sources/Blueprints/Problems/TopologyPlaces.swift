import Topology

/// Where the parts of a sound topology stand, for whoever judges them when they have been read.
struct TopologyPlaces {
    private let topology: MeshTopology
    private let file: String
    private let root: YAMLValue?
    /// Blueprints in files of their own, by name.
    private var blueprints: [String: (file: String, position: Position)] = [:]

    /// - Parameter sources: of the same reading, the topology first.
    init(_ topology: MeshTopology, sources: [SourceText]) {
        self.topology = topology
        file = sources.first?.name ?? ""
        root = sources.first.flatMap(Self.document)
        for source in sources.dropFirst() {
            guard let name = Self.document(source)?["cell"], case .text(let text, _) = name.content else { continue }
            blueprints[text] = (source.name, name.position)
        }
    }

    private static func document(_ source: SourceText) -> YAMLValue? {
        YAMLDocument.parse(source.text, reporter: Reporter(file: source.name, collector: ProblemCollector()))
    }

    /// The narrowest place that is written: a cell that is only counted stands where its region's number of cells does.
    func place(of part: TopologyPart) -> (file: String, position: Position) {
        if case .blueprint(let position) = part, let place = blueprints[topology.blueprints[position].name] {
            return place
        }
        return (file, value(of: part)?.position ?? root?.position ?? .start)
    }

    private func value(of part: TopologyPart) -> YAMLValue? {
        switch part {
        case .mesh: return root?["mesh"]
        case .shared: return root?["shared"]
        case .blueprint: return root?["blueprints"] ?? root?["blueprint"]
        case .region(let position): return region(position)?["name"] ?? region(position)
        case .zone(let zone, let position): return region(position)?["zones"]?[zone] ?? region(position)
        case .router(let position): return root?["routers"]?[position]?["name"] ?? root?["routers"] ?? root?["mesh"]
        case .cell(let position):
            let number = topology.cells[position].region
            let cells = region(number)?["cells"]
            let place = topology.cells[..<position].count { $0.region == number }
            return cells?[place]?["name"] ?? cells?[place] ?? cells
        }
    }

    private func region(_ position: Int) -> YAMLValue? { root?["regions"]?[position] }
}

extension MeshFilesResult {
    /// What somebody else has against parts of the topology, as problems with their places.
    ///
    /// - Returns: without a topology, since it cannot be used for what was wanted.
    package func refused(for faults: [(part: TopologyPart, message: String, hint: String?)]) -> MeshFilesResult {
        guard let topology, !faults.isEmpty else { return self }
        let places = TopologyPlaces(topology, sources: sources)
        var result = self
        result.topology = nil
        result.problems = faults.prefix(ProblemCollector.most).map { fault in
            let place = places.place(of: fault.part)
            return Problem(
                code: .unexportable, severity: .error, file: place.file, line: place.position.line,
                column: place.position.column, message: fault.message, hint: fault.hint)
        }
        return result
    }
}
