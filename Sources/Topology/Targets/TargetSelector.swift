/// What somebody means who kills, pauses, faults, partitions, drills or asks: a part of a mesh, by the one grammar of commands,
/// API, files, drills and simulator.
///
///     mesh                  all of it; `*` is read too
///     region/R              zone/R/Z
///     cell/NAME             router/NAME             control
///     node/NAME             a cell or router; a bare NAME is read so
///     service/NAME          in every cell that has it
///     cell/CELL/service/NAME                        in one; `service/NAME@CELL` is read too
package enum TargetSelector: Hashable, Sendable {
    case mesh
    case region(String)
    case zone(region: String, zone: String)
    case cell(String)
    case router(String)
    case control
    /// A cell, a router or the control plane, as its name says: `TargetSelector(_:in:)` makes it one of these.
    case node(String)
    /// A service, in every cell that has it where none is named.
    case service(String, cell: String?)

    /// The words that may stand before the first `/`.
    package static let kinds = ["cell", "router", "region", "zone", "service", "node", "control"]

    /// Whether it is a service, and so no end of a link and no process.
    package var isService: Bool { if case .service = self { true } else { false } }

    /// Whether it is a part of the mesh with many processes.
    package var isPlace: Bool {
        switch self {
        case .mesh, .region, .zone: true
        case .cell, .router, .control, .node, .service: false
        }
    }

    /// The process that it names in full; nil for places, services and names of whatever kind.
    package var process: ProcessName? {
        switch self {
        case .cell(let name): ProcessName(.cell, name)
        case .router(let name): ProcessName(.router, name)
        case .control: .control
        case .mesh, .region, .zone, .node, .service: nil
        }
    }

    /// The name of the one process that it means; nil for places and services.
    package var nodeName: String? {
        switch self {
        case .cell(let name), .router(let name), .node(let name): name
        case .control: ProcessName.control.name
        case .mesh, .region, .zone, .service: nil
        }
    }

    /// In full; reads back as the same selector.
    package var text: String {
        switch self {
        case .mesh: "mesh"
        case .region(let name): "region/\(name)"
        case .zone(let region, let zone): "zone/\(region)/\(zone)"
        case .cell(let name): "cell/\(name)"
        case .router(let name): "router/\(name)"
        case .control: "control"
        case .node(let name): name
        case .service(let name, nil): "service/\(name)"
        case .service(let name, let cell?): "cell/\(cell)/service/\(name)"
        }
    }

    /// Parses a word. Whether a mesh has such a thing is not asked; see `TargetSelector(_:in:)`.
    package init?(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        switch (parts[0], parts.count) {
        case ("mesh", 1), ("*", 1): self = .mesh
        case ("control", 1): self = .control
        case ("control", 2) where parts[1] == "control": self = .control
        case (_, 1): self = .node(parts[0])
        case ("cell", 2): self = .cell(parts[1])
        case ("router", 2): self = .router(parts[1])
        case ("node", 2): self = parts[1] == "control" ? .control : .node(parts[1])
        case ("region", 2): self = .region(parts[1])
        case ("zone", 3): self = .zone(region: parts[1], zone: parts[2])
        case ("service", 2): self = Self.service(atCell: parts[1])
        case ("cell", 4) where parts[2] == "service": self = .service(parts[3], cell: parts[1])
        default: return nil
        }
    }

    /// The name in a word where one kind alone is meant: `region/NAME`, or the bare name. Whether there is such a thing is not
    /// asked.
    package static func name(in word: String, of kind: NameKind) -> String {
        let prefix = kind.rawValue + "/"
        return word.hasPrefix(prefix) ? String(word.dropFirst(prefix.count)) : word
    }

    /// Kinds that are meant alone: where only one fits, its word may be left out.
    package enum NameKind: String, Sendable { case cell, router, region }

    /// `NAME`, or `NAME@CELL` as one types it.
    private static func service(atCell text: String) -> TargetSelector {
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }) else { return .service(text, cell: nil) }
        return .service(halves[0], cell: halves[1])
    }
}

extension TargetSelector: CustomStringConvertible {
    package var description: String { text }
}

extension TargetSelector: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        // In files and documents a target stands in full.
        guard let target = TargetSelector(text: text), target != .node(text) else {
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
