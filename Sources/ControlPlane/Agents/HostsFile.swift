import MeshBase
import Reports
import Topology

/// `hosts.json`: where the cells of which region run, as `up --hosts` was told. A mesh that has it starts on these hosts again.
package struct HostsFile: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    /// The address that routers and the control plane are bound to, and that the hosts reach.
    package var address: String
    package var hosts: [RegionHost]

    package init(address: String, hosts: [RegionHost]) {
        self.address = address
        self.hosts = hosts
    }
}

extension DataDirectory {
    package var hostsPath: String { path + "/hosts.json" }

    /// Nil where all of the mesh runs on this machine.
    package func hosts() throws(DataDirectoryError) -> HostsFile? {
        SystemFile.exists(hostsPath) ? try decode(HostsFile.self, hostsPath) : nil
    }

    package func write(_ hosts: HostsFile) throws(DataDirectoryError) {
        try encode(hosts, to: hostsPath)
    }
}
