import MeshBase
import Reports
import Topology

/// `hosts.json`: where the cells of which region run, as `up --hosts` was told. A mesh that has it starts on these hosts again.
package struct HostsFile: Codable, Sendable, Equatable {
    package struct Host: Codable, Sendable, Equatable {
        package var region: String
        /// `HOST:PORT` of its agent; a name is looked up while nobody answers.
        package var agent: String

        package init(region: String, agent: String) {
            self.region = region
            self.agent = agent
        }
    }

    package var schema = ReportJSON.schema
    /// The address that routers and the control plane are bound to, and that the hosts reach.
    package var address: String
    package var hosts: [Host]

    package init(address: String, hosts: [Host]) {
        self.address = address
        self.hosts = hosts
    }

    /// The most hosts of a mesh.
    package static let most = 256
}

extension DataDirectory {
    package var hostsPath: String { path + "/hosts.json" }

    /// Nil where all of the mesh runs on this machine.
    package func hosts() throws(DataDirectoryError) -> HostsFile? {
        SystemFile.exists(hostsPath) ? try decode(HostsFile.self, hostsPath) : nil
    }

    package func write(_ hosts: HostsFile) throws(DataDirectoryError) {
        do throws(FileFailure) { try SystemFile.replace(hostsPath, with: ReportJSON.encode(hosts)) } catch {
            throw DataDirectoryError(error)
        }
    }
}
