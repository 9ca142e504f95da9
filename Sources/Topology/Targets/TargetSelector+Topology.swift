import MeshBase

extension TargetSelector {
    /// What a word means in a topology: never `.node`, and nothing that there is not.
    ///
    /// - Throws: what is wrong, and what the word could have meant.
    package init(_ word: String, in topology: MeshTopology) throws(UnknownTarget) {
        // Whoever takes choices has them made first, by `TargetChooser`.
        guard !TargetChoice.isMeant(word) else {
            throw UnknownTarget("'\(word.prefix(128))' leaves a choice, and one name is wanted here")
        }
        guard let parsed = TargetSelector(text: word) else {
            self = try Self.unkinded(word, topology)
            return
        }
        switch parsed {
        case .mesh, .control: self = parsed
        case .region(let name):
            let names = topology.regions.map(\.name)
            guard names.contains(name) else { throw .named("region", name, names, prefix: "region/") }
            self = parsed
        case .zone(let region, let zone): self = try Self.zone(region, zone, topology)
        case .cell(let name):
            guard topology.cellIndex(named: name) != nil else { throw Self.unknownCell(name, topology) }
            self = parsed
        case .router(let name):
            let names = topology.routers.map(\.name)
            guard names.contains(name) else { throw .named("router", name, names, prefix: "router/") }
            self = parsed
        case .node(let name): self = try Self.node(name, topology)
        case .service(let name, let cell):
            try Self.checkService(name, cell, topology)
            self = parsed
        }
    }

    private static func unknownCell(_ name: String, _ topology: MeshTopology) -> UnknownTarget {
        .named("cell", name, topology.cells.map(\.name), prefix: "cell/")
    }

    private static func zone(
        _ region: String, _ zone: String, _ topology: MeshTopology
    ) throws(UnknownTarget) -> TargetSelector {
        guard topology.region(named: region)?.zones.contains(zone) ?? false else {
            let names = topology.regions.flatMap { region in region.zones.map { "\(region.name)/\($0)" } }
            throw .named("zone", "\(region)/\(zone)", names, prefix: "zone/")
        }
        return .zone(region: region, zone: zone)
    }

    private static func node(_ name: String, _ topology: MeshTopology) throws(UnknownTarget) -> TargetSelector {
        if topology.cellIndex(named: name) != nil { return .cell(name) }
        let routers = topology.routers.map(\.name)
        if routers.contains(name) { return .router(name) }
        if topology.region(named: name) != nil {
            throw UnknownTarget("'\(name)' is a region", hint: "for all of it say 'region/\(name)'")
        }
        if topology.blueprints.contains(where: { $0.services.contains { $0.name == name } }) {
            throw UnknownTarget("'\(name)' is a service", hint: "say 'service/\(name)'")
        }
        let known = topology.cells.map(\.name) + routers + ["control"]
        throw UnknownTarget(
            "there is no cell or router '\(name.prefix(128))'",
            hint: NearestWord.hint(for: name, among: known, listing: "there are"))
    }

    private static func checkService(
        _ name: String, _ cell: String?, _ topology: MeshTopology
    ) throws(UnknownTarget) {
        var known: [String] = []
        var prefix = "service/"
        if let cell {
            guard let index = topology.cellIndex(named: cell) else { throw unknownCell(cell, topology) }
            known = topology.blueprint(of: index).services.map(\.name)
            prefix = "cell/\(cell)/service/"
        } else {
            for service in topology.blueprints.flatMap(\.services) where !known.contains(service.name) {
                known.append(service.name)
            }
        }
        guard known.contains(name) else { throw .named("service", name, known, prefix: prefix) }
    }

    /// `REGION/ZONE` without its kind; all else is not of the grammar.
    private static func unkinded(_ word: String, _ topology: MeshTopology) throws(UnknownTarget) -> TargetSelector {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, topology.region(named: parts[0]) != nil else { throw unreadable(word, parts, topology) }
        return try zone(parts[0], parts[1], topology)
    }

    /// A kind that there is not, or a form that the kind has not.
    private static func unreadable(_ word: String, _ parts: [String], _ topology: MeshTopology) -> UnknownTarget {
        let kind = parts[0]
        if kinds.contains(kind) {
            let form = kind == "zone" ? "zone/REGION/ZONE" : kind == "control" ? "control" : "\(kind)/NAME"
            return UnknownTarget("'\(word.prefix(128))' names no \(kind)", hint: "say '\(form)'")
        }
        if parts.count > 1, let nearest = NearestWord.nearest(to: kind, among: kinds) {
            let rest = parts.dropFirst().joined(separator: "/").prefix(128)
            return UnknownTarget(
                "there is no kind of target '\(kind.prefix(64))'", hint: "did you mean '\(nearest)/\(rest)'?")
        }
        return UnknownTarget(
            "'\(word.prefix(128))' is no target",
            hint: NearestWord.hint(for: word, among: words(in: topology), listing: "there are"))
    }

    /// Every word that names an end of a link of a topology in full, for suggestions.
    package static func words(in topology: MeshTopology) -> [String] {
        topology.cells.map { "cell/\($0.name)" } + topology.routers.map { "router/\($0.name)" } + ["control"]
            + topology.regions.map { "region/\($0.name)" }
            + topology.regions.flatMap { region in region.zones.map { "zone/\(region.name)/\($0)" } }
    }

    /// Whether a process is in it, by where it runs. No process is in a service.
    package func contains(_ process: ProcessName, region: String, zone: String) -> Bool {
        switch self {
        case .mesh: true
        case .region(let name): region == name
        case .zone(let name, let part): region == name && zone == part
        case .cell(let name): process.role == .cell && process.name == name
        case .router(let name): process.role == .router && process.name == name
        case .control: process.role == .control
        case .node(let name): process.name == name
        case .service: false
        }
    }
}
