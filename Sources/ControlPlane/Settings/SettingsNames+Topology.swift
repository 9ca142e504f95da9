import MeshBase
import Nodes
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
            flags: flags, peaks: (peaks ?? []).map(\.name), idle: idleNames(flags))
    }

    /// What stands in no policy that is on.
    private func idleNames(_ flags: [String]) -> SettingsNames.Idle {
        let inCells = blueprints.indices.map { cellPolicies(ofBlueprint: $0) }
        var idle = SettingsNames.Idle(gates: gatesWithoutBreaker(inCells))
        for name in flags {
            let owners = blueprints.indices.filter { blueprints[$0].featureNames.contains(name) }
            if (owners.isEmpty ? Array(blueprints.indices) : owners).allSatisfy({ !inCells[$0].isOn(.flags) }) {
                idle.flags.insert(name)
            }
        }
        let without = cells.filter { !inCells[$0.blueprint].isOn(.degradation) }
        idle.levels = Set(without.map { .cell($0.name) })
        for (number, region) in regions.enumerated()
        where !cells.contains(where: {
            $0.region == number && inCells[$0.blueprint].isOn(.degradation)
        }) {
            idle.levels.insert(.region(region.name))
        }
        if without.count == cells.count { idle.levels.insert(.mesh) }
        return idle
    }

    private func gatesWithoutBreaker(_ inCells: [CellPolicies]) -> Set<String> {
        let inRouters = RouterPolicies(self).blueprints
        var names: Set<String> = []
        for cell in cells {
            let services = blueprints[cell.blueprint].services
            for router in routers {
                let gates = inRouters[cell.blueprint]
                for (service, policies) in zip(services, gates.services) where !policies.gate.gate.hasBreaker {
                    names.insert("\(router.name)/\(cell.name)/\(service.name)")
                }
                if !gates.records.gate.hasBreaker { names.insert("\(router.name)/\(cell.name)/records") }
            }
            for (service, policies) in zip(services, inCells[cell.blueprint].services) {
                for (edge, own) in zip(service.calls, policies.edges) where !own.gate.gate.hasBreaker {
                    names.insert("\(cell.name)/\(service.name)/\(services[edge.to].name)")
                }
            }
        }
        return names
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
