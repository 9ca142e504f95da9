import MeshBase
import Reports
import Topology

/// What an agent tells of its host's processes: the answer to each request of a control plane.
package struct AgentPage: Codable, Sendable, Equatable {
    /// What the agent is the agent of.
    package var region: String
    /// The mesh and its topology, as on mesh links.
    package var mesh: String
    /// This life of the agent: what an earlier one had started is gone.
    package var boot: UInt64
    /// Counts changes; whoever names one is told what has changed since.
    package var revision: UInt64
    /// The last batch of orders that was carried out in the asker's life.
    package var batch: UInt64
    /// Whether all processes are told, or those alone that have changed.
    package var isWhole: Bool
    package var processes: [AgentProcess]

    private enum CodingKeys: String, CodingKey {
        case region, mesh, boot, revision, batch, processes
        case isWhole = "whole"
    }

    package init(
        region: String, mesh: String, boot: UInt64, revision: UInt64, batch: UInt64, isWhole: Bool,
        processes: [AgentProcess]
    ) {
        self.isWhole = isWhole
        self.region = region
        self.mesh = mesh
        self.boot = boot
        self.revision = revision
        self.batch = batch
        self.processes = processes
    }
}

/// One process of a host.
package struct AgentProcess: Codable, Sendable, Equatable {
    package var token: UInt64
    /// Of the cell.
    package var name: String
    /// On its host; 0: it could not be started.
    package var pid: Int32
    /// Nanoseconds since 1970, UTC.
    package var started: Int64
    /// The last lines that it has written for its parent, and how many there were in all.
    package var lines: [String] = []
    package var told = 0
    package var isStopped = false
    /// How it ended; nil while it runs.
    package var end: String?
    /// The end of its log, once it has ended.
    package var log: [String]?
    /// Bytes, and milliseconds of processor time; told when asked for.
    package var resident: Int?
    package var proportional: Int?
    package var processor: Double?

    /// Lines that are kept of each.
    static let mostLines = 8

    package init(token: UInt64, name: String, pid: Int32, started: Int64) {
        self.token = token
        self.name = name
        self.pid = pid
        self.started = started
    }

    /// What it said when it began to serve; nil before.
    var readyLine: ReadyLine? { lines.lazy.reversed().compactMap { ReadyLine($0) }.first { $0.ready == true } }
}

/// Why an agent carries out nothing.
package enum AgentRefusal: Error, Equatable, Sendable {
    /// Another control plane orders, and was heard of a short while ago.
    case claimed(by: String)
    /// The orders are for an earlier life of the agent.
    case otherLife

    var detail: String {
        switch self {
        case .claimed(let other):
            "Another control plane (\(other)) orders here, and was heard within the last "
                + "\(Int(Agent.claim.seconds)) s; end that one first."
        case .otherLife: "The agent was started anew meanwhile."
        }
    }
}
