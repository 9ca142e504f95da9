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
        let control = WirePlace(topology).control
        var groups = [
            TargetsFile.Group(
                targets: [api.local.description],
                labels: ["mesh": directory.name, "role": "control", "region": control.region, "zone": control.zone])
        ]
        for process in supervisor.processes {
            guard let admin = process.addresses.admin, let place = WirePlace(topology).place(of: process.name) else {
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

/// Where a process runs, as it tells the membership: what is no cell is in the first zone of its region.
private struct WirePlace {
    let topology: MeshTopology

    init(_ topology: MeshTopology) { self.topology = topology }

    var control: (region: String, zone: String) { first(of: topology.control.region) }

    func place(of name: ProcessName) -> (region: String, zone: String)? {
        switch name.role {
        case .cell:
            return topology.cellIndex(named: name.name).map {
                let cell = topology.cells[$0.position]
                let region = topology.regions[cell.region]
                return (region.name, region.zones[cell.zone])
            }
        case .router: return topology.routers.first { $0.name == name.name }.map { first(of: $0.region) }
        default: return control
        }
    }

    private func first(of region: Int) -> (region: String, zone: String) {
        (topology.regions[region].name, topology.regions[region].zones.first ?? "")
    }
}
