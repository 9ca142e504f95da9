import MeshBase

/// What an alert looks at: one figure of each of its subjects. Where a figure stands in the feed and how Prometheus asks for it
/// is told side by side, in `AlertSignal+Feed` and `AlertSignal+PromQL`.
package enum AlertSignal: Sendable, Hashable {
    /// Of each cell: how much of it is used, a ratio of its capacity.
    case utilisation
    /// Of the routers together and of each cell: the share of attempts that are retries or hedges, over 10 s.
    case retries
    /// Of each gate: 1 while its breaker lets nothing through.
    case openBreakers
    /// Of each layer: attempts for each call, over 10 s.
    case amplification
    /// Of each cell: 1 while it is to serve customers and does not.
    case cellsOut
    /// Of each router: 1 while it takes no requests.
    case routersOut
    /// Of each cell: 1 while one witness says that it lives and another that it does not.
    case differentWitnesses
    /// Customers that fare otherwise than predicted, while a fault goes on.
    case differentCustomers
    /// Customers that found too few cells for their records, while a fault goes on.
    case customersWithoutQuorum
    /// Figures of an evacuation's gate that speak against the stage under way.
    case failingGate
    /// How many times faster than allowed requests fail, over both of two windows.
    case burn(long: TimeAmount, short: TimeAmount)

    /// The label that tells its subjects apart; nil where there is one only, the mesh.
    package var label: String? {
        switch self {
        case .utilisation, .cellsOut, .differentWitnesses: "cell"
        case .routersOut: "router"
        case .retries: "place"
        case .openBreakers: "gate"
        case .amplification: "layer"
        case .differentCustomers, .customersWithoutQuorum, .failingGate, .burn: nil
        }
    }
}
