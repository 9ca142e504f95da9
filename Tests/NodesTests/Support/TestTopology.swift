import Membership
import MeshBase
import Sharding
import Topology

@testable import Nodes

/// Three cells in one region, so that every customer's shard is all of them. Nothing is shed unless thresholds are given:
/// pools of one or two, which tests fill to the last place, would shed all the time.
func topology(
    services: [Service] = [Service(name: "echo")], store: StoreSettings? = StoreSettings(), poison: Int = 0,
    routing: RoutingPolicy = RoutingPolicy(), shedding: SheddingThresholds = .never, profile: PolicyProfile? = nil
) -> MeshTopology {
    var mesh = MeshTopology(
        name: "test", seed: 7, regions: [Region(name: "r", zones: ["a"])],
        cells: (1...3).map { Cell(name: "r-\($0)", region: 0, zone: 0) },
        blueprints: [Blueprint(name: "b", services: services, store: store, shedding: shedding)],
        customers: Customers(count: 10, poison: poison), sharding: ShardingPolicy(size: 3, spread: .cell),
        routing: routing, routers: [Router(name: "router-1", region: 0)], control: Control(region: 0))
    mesh.policies = PoliciesBlock()
    mesh.policies?.profile = profile
    // Breakers that few calls open: most tests are about what follows.
    if profile != .seed { mesh.policies?.breaker = quickBreaker() }
    return mesh
}

/// Opens by five bad ones in a row, or half of five, and again by the first bad probe.
func quickBreaker() -> BreakerSettings {
    var breaker = BreakerSettings()
    (breaker.failureRate, breaker.volume, breaker.consecutive, breaker.reopen) = (0.5, 5, 5, .first)
    return breaker
}

func gossip(_ name: String, _ role: NodeRole, port: UInt16, boot: UInt32 = 1) -> GossipConfiguration {
    let profile = try! MemberProfile(
        name: name, role: role, region: "r", zone: "a", gossip: .loopback(port), data: .loopback(port + 1000),
        admin: .loopback(port + 2000))
    return GossipConfiguration(
        profile: profile, swim: .local, secret: Array(repeating: 9, count: 32), mesh: "test", boot: UInt64(boot),
        seed: 7)
}

extension Instant {
    static func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }
}

/// Calls with the bytes of a text.
func withBytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var text = text
    return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
}

extension NodeEvent {
    /// As a node would write it down.
    var written: EventLine? { line(of: "node", in: topology()) }
}
