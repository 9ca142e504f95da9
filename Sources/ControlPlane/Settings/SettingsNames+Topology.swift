import MeshBase
import Resilience
import Topology

extension MeshTopology {
    /// Every name that settings may use in this mesh.
    package var settingsNames: SettingsNames {
        var services: [String] = []
        var flags = (self.flags ?? []).map(\.name)
        for blueprint in blueprints {
            for service in blueprint.services where !services.contains(service.name) { services.append(service.name) }
            for name in blueprint.featureNames where !flags.contains(name) { flags.append(name) }
        }
        return SettingsNames(
            regions: regions.map(\.name), cells: cells.map(\.name), services: services, gates: gateNames,
            flags: flags, peaks: (peaks ?? []).map(\.name))
    }

    /// Every gate that there can be: a router's before each cell's services and records, a cell's before each call.
    package var gateNames: [String] {
        var names: [String] = []
        for router in routers {
            for (position, cell) in cells.enumerated() {
                let blueprint = blueprint(of: CellIndex(position))
                names += blueprint.services.map { "\(router.name)/\(cell.name)/\($0.name)" }
                if blueprint.store != nil { names.append("\(router.name)/\(cell.name)/records") }
            }
        }
        for (position, cell) in cells.enumerated() {
            let services = blueprint(of: CellIndex(position)).services
            var seen: Set<String> = []
            for service in services {
                for edge in service.calls {
                    let name = "\(cell.name)/\(service.name)/\(services[edge.to].name)"
                    if seen.insert(name).inserted { names.append(name) }
                }
            }
        }
        return names
    }
}
