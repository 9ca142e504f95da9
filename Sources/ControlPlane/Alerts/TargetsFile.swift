import MeshBase
import Reports
import Topology
import UVDriver

/// Where the processes of a mesh tell their metrics, for Prometheus (`file_sd`): `targets.json` of the data directory, written
/// again whenever a process starts elsewhere. What is down stays in it, so that it is seen to be.
final class TargetsFile {
    /// As Prometheus reads it.
    struct Group: Encodable, Equatable {
        var targets: [String]
        var labels: [String: String]
    }

    private let path: String
    private var written: [Group]?

    init(path: String) { self.path = path }

    /// Writes what is another than before; what could not be written is tried again with the next change.
    func write(_ groups: [Group]) {
        guard groups != written else { return }
        let content = ReportJSON.encode(groups)
        written = (try? SystemFile.replace(path, with: content, mode: 0o644)) == nil ? nil : groups
    }
}

extension ControlPlane {
    /// Tells where processes tell their metrics.
    func noteTargets() {
        let places = WirePlaces(topology)
        let control = places.control
        var groups = [
            TargetsFile.Group(
                targets: [api.local.description],
                labels: ["mesh": directory.name, "role": "control", "region": control.region, "zone": control.zone])
        ]
        for process in supervisor.processes {
            guard let admin = process.addresses.admin, let place = places[process.name] else {
                continue
            }
            var labels = [
                "mesh": directory.name, "role": process.name.role.name, "region": place.region, "zone": place.zone,
            ]
            labels[process.name.role == .cell ? "cell" : "router"] = process.name.name
            groups.append(TargetsFile.Group(targets: [admin.description], labels: labels))
        }
        targetsFile.write(groups)
    }
}

/// Where processes run, as they tell the membership: what is no cell is in the first zone of its region.
private struct WirePlaces {
    typealias Place = (region: String, zone: String)

    let control: Place
    private var cells: [String: Place] = [:]
    private var routers: [String: Place] = [:]

    init(_ topology: MeshTopology) {
        func first(of region: Int) -> Place {
            (topology.regions[region].name, topology.regions[region].zones.first ?? "")
        }
        control = first(of: topology.control.region)
        cells.reserveCapacity(topology.cells.count)
        for cell in topology.cells {
            let region = topology.regions[cell.region]
            cells[cell.name] = (region.name, region.zones[cell.zone])
        }
        for router in topology.routers { routers[router.name] = first(of: router.region) }
    }

    subscript(name: ProcessName) -> Place? {
        switch name.role {
        case .cell: cells[name.name]
        case .router: routers[name.name]
        default: control
        }
    }
}
