import MeshBase

/// Where the cells of a region run: under the agent of another host.
package struct RegionHost: Codable, Sendable, Equatable {
    package var region: String
    /// `HOST:PORT` of its agent; a name is looked up while nobody answers.
    package var agent: String

    /// Nil where `agent` is no such address.
    package init?(region: String, agent: String) {
        guard HostPort(agent) != nil || Endpoint(agent).map({ $0.port != 0 }) ?? false else { return nil }
        self.region = region
        self.agent = agent
    }
}
