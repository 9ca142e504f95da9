import MeshBase
import Topology

/// Reads the file that `up --hosts` is given:
///
///     hosts:
///       - {region: us-east, agent: 10.0.0.1:7900}
struct HostsReader {
    let reporter: Reporter
    /// Of the topology.
    let regions: [String]
    private var read: ValueReading { ValueReading(reporter: reporter) }

    func hosts(_ root: YAMLValue) -> [RegionHost] {
        guard let map = read.mapping(root, "a list of hosts") else { return [] }
        var hosts: [RegionHost] = []
        let values = map.required("hosts").flatMap { read.list($0, "'hosts'", most: regions.count) } ?? []
        for value in values {
            guard let host = host(value) else { continue }
            if hosts.contains(where: { $0.region == host.region }) {
                reporter.error(.duplicateName, at: value.position, "the region '\(host.region)' has two hosts")
            } else if hosts.contains(where: { $0.agent == host.agent }) {
                reporter.error(
                    .duplicateName, at: value.position, "'\(host.agent)' is the agent of two regions",
                    hint: "one agent runs one region; a host may have several agents")
            }
            hosts.append(host)
        }
        if values.isEmpty, let place = map.value("hosts") {
            reporter.error(
                .tooFew, at: place.position, "'hosts' names none",
                hint: "such as {region: us-east, agent: 10.0.0.1:7900}")
        }
        map.finish()
        return hosts
    }

    private func host(_ value: YAMLValue) -> RegionHost? {
        guard let map = read.mapping(value, "a host") else { return nil }
        defer { map.finish() }
        let region = map.required("region").flatMap { value -> String? in
            guard let name = read.text(value, "'region'") else { return nil }
            if regions.contains(name) { return name }
            reporter.error(
                .unknownRegion, at: value.position, "no region is named '\(YAMLValue.clipped(name))'",
                hint: NearestWord.hint(for: name, among: regions, listing: "regions are"))
            return nil
        }
        let place = map.required("agent")
        guard let agent = place.flatMap({ read.text($0, "'agent'") }), let place, let region else { return nil }
        if let host = RegionHost(region: region, agent: agent) { return host }
        reporter.error(
            .wrongType, at: place.position, "'agent' cannot be '\(YAMLValue.clipped(agent))'",
            hint: "HOST:PORT or [IPV6]:PORT, where 'cellmesh region --agent' answers")
        return nil
    }
}
