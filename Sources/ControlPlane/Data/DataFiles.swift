import MeshBase
import Reports
import Topology
import UVDriver

/// `mesh.json`: the resolved model that the processes read.
package struct ModelFile: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var topology: MeshTopology

    package init(topology: MeshTopology) { self.topology = topology }
}

/// `control.json`: where the running control plane is found.
package struct ControlFile: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var mesh: String
    package var pid: Int32
    package var startTime: UInt64
    /// `http://127.0.0.1:P`.
    package var api: String
    /// `HOST:PORT` of the control plane's own member.
    package var gossip: String
    /// `http://127.0.0.1:P` of the first router.
    package var router: String
    /// RFC 3339.
    package var started: String
    package var cells: Int
    /// From the start of the control plane until everything served.
    package var readyMilliseconds: Int64
    /// Cells that ran already and were taken over.
    package var adopted: Int?
    /// Processes that were taken over although they did not answer; absent where there are none.
    package var unreachable: [String]?
    /// Processes that did not start while others of their kind did; absent where there are none.
    package var failed: [UpReport.Failure]?

    private enum CodingKeys: String, CodingKey {
        case schema, mesh, pid, api, gossip, router, started, cells, adopted, unreachable, failed
        case startTime = "start_time"
        case readyMilliseconds = "ready_ms"
    }

    package var identity: ProcessIdentity { ProcessIdentity(pid: pid, startTime: startTime) }
    package var apiEndpoint: Endpoint? { Self.endpoint(api) }

    static func endpoint(_ address: String) -> Endpoint? {
        address.hasPrefix("http://") ? Endpoint(String(address.dropFirst(7))) : nil
    }
}

/// `process.json`: what a process says of itself once it serves.
package struct ProcessFile: Codable, Sendable, Equatable {
    package var name: String
    package var role: String
    package var pid: Int32
    package var startTime: UInt64
    package var data: String
    package var admin: String
    package var gossip: String

    private enum CodingKeys: String, CodingKey {
        case name, role, pid, data, admin, gossip
        case startTime = "start_time"
    }

    package var identity: ProcessIdentity { ProcessIdentity(pid: pid, startTime: startTime) }
    package var addresses: ProcessAddresses {
        ProcessAddresses(data: Endpoint(data), admin: Endpoint(admin), gossip: Endpoint(gossip))
    }
}

/// Where a process is reached.
package struct ProcessAddresses: Sendable, Equatable {
    package var data: Endpoint?
    package var admin: Endpoint?
    package var gossip: Endpoint?

    package init(data: Endpoint? = nil, admin: Endpoint? = nil, gossip: Endpoint? = nil) {
        self.data = data
        self.admin = admin
        self.gossip = gossip
    }
}
