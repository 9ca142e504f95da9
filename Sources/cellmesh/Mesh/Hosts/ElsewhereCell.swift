import ControlPlane
import MeshBase
import Store
import Topology

/// A cell whose files lie on another host: they are asked for through the control plane and its agent.
struct ElsewhereCell {
    let name: String
    /// Where that host's agent answers.
    let agent: String
    private let client: APIClient

    /// Nil where the cell runs on this machine, or is none.
    init?(_ target: String, _ directory: DataDirectory) throws {
        let name = TargetSelector.name(in: target, of: .cell)
        guard let hosts = try directory.hosts(), let topology = try? directory.model(),
            let cell = topology.cells.first(where: { $0.name == name }),
            let host = hosts.hosts.first(where: { $0.region == topology.regions[cell.region].name })
        else { return nil }
        self.name = name
        agent = host.agent
        client = try APIClient(directory)
    }

    /// The last lines of its log.
    func log(_ lines: Int) throws -> [String] {
        let report: HostPageReport = try client.get("/v1/cells/\(name)/log?lines=\(min(lines, HostPage.mostLines))")
        return report.lines ?? []
    }

    func store(_ customer: String?) throws -> StoreSummary {
        let query = customer.map { "?customer=\(PercentText.encoded($0))" } ?? ""
        let report: HostPageReport = try client.get("/v1/cells/\(name)/store\(query)")
        guard let store = report.store else { throw CommandFailure("the cell \(name) keeps no records") }
        return store
    }
}
