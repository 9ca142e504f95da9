import Blueprints
import MeshBase
import Topology

/// Finds the processes that a command names: `us-east-1`, `cell/us-east-1`, `router/r1`, `region/us-east`, `control`.
package struct TargetResolver: Sendable {
    package struct Unknown: Error, Equatable, CustomStringConvertible {
        package var target: String
        package var hint: String?
        package var description: String { "there is no '\(target)'" + (hint.map { "; \($0)" } ?? "") }
    }

    /// Most targets in one command.
    package static let most = 2_000

    private let cells: [(name: String, region: String)]
    private let routers: [String]
    private let regions: [String]

    package init(_ topology: MeshTopology) {
        cells = topology.cells.map { ($0.name, topology.regions[$0.region].name) }
        routers = topology.routers.map(\.name)
        regions = topology.regions.map(\.name)
    }

    /// All targets in the order given, each process once; or the first that does not exist.
    package func resolve(_ targets: [String]) throws(Unknown) -> [ProcessName] {
        var found: [ProcessName] = []
        var seen: Set<ProcessName> = []
        for target in targets {
            for name in try resolve(target) where seen.insert(name).inserted { found.append(name) }
        }
        return found
    }

    package func resolve(_ target: String) throws(Unknown) -> [ProcessName] {
        if target == "control" || target == "control/control" { return [.control] }
        if let slash = target.firstIndex(of: "/") {
            let name = String(target[target.index(after: slash)...])
            switch target[..<slash] {
            case "cell" where cells.contains { $0.name == name }: return [ProcessName(.cell, name)]
            case "router" where routers.contains(name): return [ProcessName(.router, name)]
            case "region" where regions.contains(name):
                return cells.filter { $0.region == name }.map { ProcessName(.cell, $0.name) }
            default: throw unknown(target)
            }
        }
        if cells.contains(where: { $0.name == target }) { return [ProcessName(.cell, target)] }
        if routers.contains(target) { return [ProcessName(.router, target)] }
        throw unknown(target)
    }

    private func unknown(_ target: String) -> Unknown {
        if regions.contains(target) { return Unknown(target: target, hint: "for the whole region say 'region/\(target)'") }
        let bare = cells.map(\.name) + routers + ["control"]
        let typed =
            cells.map { "cell/\($0.name)" } + routers.map { "router/\($0)" } + regions.map { "region/\($0)" }
        let hint = NearestWord.hint(
            for: target, among: target.contains("/") ? typed : bare, listing: "there are")
        return Unknown(target: target, hint: hint)
    }
}
