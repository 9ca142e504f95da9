import MeshBase
import Reports
import Topology

/// A line that a process writes to its readiness descriptor.
package struct ReadyLine: Codable, Sendable, Equatable {
    /// Nil in a line that only tells how far the start has come.
    package var ready: Bool?
    /// Of a successor: all is done that it can do before the one that runs has ended.
    package var prepared: Bool?
    package var name: String?
    package var data: String?
    package var admin: String?
    package var gossip: String?
    /// Of a cell: the identity of its store, in hexadecimal.
    package var storeID: String?
    package var error: String?
    /// The system's symbol of the error, such as `EADDRINUSE`, where it was one.
    package var errorCode: String?
    /// With `error`: the time for the start was over.
    package var isLate: Bool?
    /// Of a control plane that starts: how many processes serve, of how many.
    package var serving: Int?
    package var of: Int?

    private enum CodingKeys: String, CodingKey {
        case ready, prepared, name, data, admin, gossip, error, serving, of
        case storeID = "store_id"
        case errorCode = "code"
        case isLate = "timed_out"
    }

    /// Why a control plane does not start.
    package init(_ failure: ControlFailure) {
        ready = false
        name = ProcessName.control.name
        error = failure.description
        if case .timeout = failure { isLate = true }
    }

    package init(serving: Int, of: Int) {
        self.serving = serving
        self.of = of
    }

    package init(name: String, data: String, admin: String, gossip: String) {
        ready = true
        self.name = name
        self.data = data
        self.admin = admin
        self.gossip = gossip
    }

    package init?(_ line: String) {
        guard let decoded = ReportJSON.decode(ReadyLine.self, Array(line.utf8)) else { return nil }
        self = decoded
    }

    /// Why it does not start; who says it is known.
    func reason(of process: ProcessName) -> String {
        guard let error else { return "it gave no reason" }
        let prefix = process.name + ": "
        return error.hasPrefix(prefix) ? String(error.dropFirst(prefix.count)) : error
    }

    package var addresses: ProcessAddresses {
        ProcessAddresses(
            data: data.flatMap { Endpoint($0) }, admin: admin.flatMap { Endpoint($0) },
            gossip: gossip.flatMap { Endpoint($0) })
    }
}
