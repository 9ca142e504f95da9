import Topology

/// What a fault strikes: one end of a link, which is a node or all nodes of a zone or region; or a service.
package enum FaultTarget: Hashable, Sendable {
    case cell(String)
    case router(String)
    case control
    case zone(region: String, zone: String)
    case region(String)
    /// A service, in every cell that has it where none is named.
    case service(String, cell: String?)

    /// Whether it is a service and no end of a link.
    package var isService: Bool { if case .service = self { true } else { false } }

    /// `TYPE/NAME`, or `control`.
    package var text: String {
        switch self {
        case .cell(let name): "cell/\(name)"
        case .router(let name): "router/\(name)"
        case .control: "control"
        case .zone(let region, let zone): "zone/\(region)/\(zone)"
        case .region(let name): "region/\(name)"
        case .service(let name, nil): "service/\(name)"
        case .service(let name, let cell?): "cell/\(cell)/service/\(name)"
        }
    }

    /// Parses `TYPE/NAME` or `control`; whether such a thing exists is not asked.
    package init?(text: String) {
        if text == "control" || text == "control/control" {
            self = .control
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        switch (parts[0], parts.count) {
        case ("cell", 2), ("node", 2): self = .cell(parts[1])
        case ("router", 2): self = .router(parts[1])
        case ("region", 2): self = .region(parts[1])
        case ("zone", 3): self = .zone(region: parts[1], zone: parts[2])
        case ("service", 2): self = Self.service(atCell: parts[1])
        case ("cell", 4) where parts[2] == "service": self = .service(parts[3], cell: parts[1])
        default: return nil
        }
    }

    /// `NAME`, or `NAME@CELL` as one types it.
    private static func service(atCell text: String) -> FaultTarget {
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }) else { return .service(text, cell: nil) }
        return .service(halves[0], cell: halves[1])
    }

    /// Finds what a word means in a topology: `TYPE/NAME`, `node/NAME` for a cell or router, or a bare name of one.
    package init?(_ word: String, in topology: MeshTopology) {
        let bare = word.hasPrefix("node/") ? String(word.dropFirst(5)) : word
        if !bare.contains("/") {
            if bare == "control" {
                self = .control
            } else if topology.cellIndex(named: bare) != nil {
                self = .cell(bare)
            } else if topology.routers.contains(where: { $0.name == bare }) {
                self = .router(bare)
            } else {
                return nil
            }
            return
        }
        guard let target = FaultTarget(text: word), target.exists(in: topology) else { return nil }
        self = target
    }

    private func exists(in topology: MeshTopology) -> Bool {
        switch self {
        case .cell(let name): topology.cellIndex(named: name) != nil
        case .router(let name): topology.routers.contains { $0.name == name }
        case .control: true
        case .zone(let region, let zone): topology.region(named: region)?.zones.contains(zone) ?? false
        case .region(let name): topology.region(named: name) != nil
        case .service(let name, nil): topology.blueprints.contains { $0.services.contains { $0.name == name } }
        case .service(let name, let cell?):
            topology.cellIndex(named: cell).map { cell in
                topology.blueprint(of: cell).services.contains { $0.name == name }
            } ?? false
        }
    }

    /// The services that a word could have meant, for suggestions; nil where it means none.
    static func services(like word: String, in topology: MeshTopology) -> [String]? {
        guard case .service(_, let cell)? = FaultTarget(text: word) else { return nil }
        guard let cell else {
            var seen: Set<String> = []
            return topology.blueprints.flatMap(\.services).map(\.name).filter { seen.insert($0).inserted }
                .map { "service/\($0)" }
        }
        guard let index = topology.cellIndex(named: cell) else { return topology.cells.map { "cell/\($0.name)" } }
        return topology.blueprint(of: index).services.map { "cell/\(cell)/service/\($0.name)" }
    }

    /// Every word that names an end of a link of a topology in full, for suggestions.
    package static func words(in topology: MeshTopology) -> [String] {
        topology.cells.map { "cell/\($0.name)" } + topology.routers.map { "router/\($0.name)" } + ["control"]
            + topology.regions.map { "region/\($0.name)" }
            + topology.regions.flatMap { region in region.zones.map { "zone/\(region.name)/\($0)" } }
    }
}

extension FaultTarget: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let target = FaultTarget(text: text) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "'\(text)' is no target"))
        }
        self = target
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
