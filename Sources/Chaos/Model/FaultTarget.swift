import Topology

/// One end of a link that a fault strikes: a node, or all nodes of a zone or region.
package enum FaultTarget: Hashable, Sendable {
    case cell(String)
    case router(String)
    case control
    case zone(region: String, zone: String)
    case region(String)

    /// `TYPE/NAME`, or `control`.
    package var text: String {
        switch self {
        case .cell(let name): "cell/\(name)"
        case .router(let name): "router/\(name)"
        case .control: "control"
        case .zone(let region, let zone): "zone/\(region)/\(zone)"
        case .region(let name): "region/\(name)"
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
        default: return nil
        }
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
        }
    }

    /// Every word that names a target of a topology in full, for suggestions.
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
