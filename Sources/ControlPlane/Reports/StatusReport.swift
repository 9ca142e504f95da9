import Evacuation
import MeshBase

/// `status -o json`.
package struct StatusReport: Codable, Sendable, Equatable {
    package struct Cell: Codable, Sendable, Equatable {
        package var name: String
        package var region: String
        package var zone: String
        package var pid: Int32?
        package var state: ProcessState
        /// `HOST:PORT`; nil where there is no process.
        package var address: String?
        /// How many customers have this cell first in their shard.
        package var customers: Int
        /// The routers that reach it.
        package var reachedBy: [String]?
        /// Why it did not start; absent where it did.
        package var reason: String?

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(region, forKey: .region)
            try container.encode(zone, forKey: .zone)
            try container.encode(pid, forKey: .pid)
            try container.encode(state, forKey: .state)
            try container.encode(address, forKey: .address)
            try container.encode(customers, forKey: .customers)
            try container.encodeIfPresent(reachedBy, forKey: .reachedBy)
            try container.encodeIfPresent(reason, forKey: .reason)
        }
        private enum CodingKeys: String, CodingKey {
            case name, region, zone, pid, state, address, customers, reason
            case reachedBy = "reached_by"
        }
    }
    package struct Router: Codable, Sendable, Equatable {
        package var name: String
        package var pid: Int32?
        package var state: ProcessState
        package var address: String?
        /// How many cells it reaches; nil where it has told nothing.
        package var reaches: Int?
        /// Why it did not start; absent where it did.
        package var reason: String?

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(pid, forKey: .pid)
            try container.encode(state, forKey: .state)
            try container.encode(address, forKey: .address)
            try container.encodeIfPresent(reaches, forKey: .reaches)
            try container.encodeIfPresent(reason, forKey: .reason)
        }
        private enum CodingKeys: String, CodingKey { case name, pid, state, address, reaches, reason }
    }
    package struct Control: Codable, Sendable, Equatable {
        package var pid: Int32
        package var address: String
    }

    package var schema = ReportJSON.schema
    package var mesh: String
    package var seed: UInt64
    /// The highest placement epoch.
    package var epoch: UInt32
    /// What `state` may be.
    package static let states = ["starting", "serving", "degraded", "stopping"]
    /// `starting serving degraded stopping`: degraded where any cell or router does not serve.
    package var state: String
    package var cells: [Cell]
    package var routers: [Router]
    package var control: Control
    /// The faults on the wire.
    package var faults: [FaultReport]
    /// Regions that no customer uses.
    package var evacuated: [String]?
    /// The evacuation or restore under way; absent where there is none.
    package var evacuation: EvacuationStatus?

    package init(
        mesh: String, seed: UInt64, epoch: UInt32, state: String, cells: [Cell], routers: [Router], control: Control,
        faults: [FaultReport] = []
    ) {
        self.mesh = mesh
        self.seed = seed
        self.epoch = epoch
        self.state = state
        self.cells = cells
        self.routers = routers
        self.control = control
        self.faults = faults
    }
}
