import MeshBase
import Nodes
import Replication

/// Something that happens at an instant of the simulation.
enum SimEvent {
    /// A machine's process begins.
    case start(SimMachine)
    /// The alarm of a process.
    case wake(SimProcess)
    case datagram(from: Endpoint, to: Endpoint, [UInt8])
    /// A connection request arrives at an endpoint.
    case connect(SimSocket, to: Endpoint)
    /// The answer to a connection request arrives at the opener.
    case connected(SimSocket)
    case bytes(SimSocket, [UInt8])
    /// The other end has closed, broke, or was never there.
    case ended(SimSocket)
    /// An opening that has taken too long.
    case openingLimit(SimSocket)
    /// The transaction of a batch is committed.
    case commit(CellProcess)
    /// The answers of a committed batch reach the cell.
    case stored(CellProcess, [StoreAnswer])
    case burned(CellProcess, ticket: UInt64)
    /// A machine's process is killed at a step of a workflow.
    case strike(SimMachine)
    case fault(Int)
    case faultEnds(Int)
    /// What arrived at a late reader is read.
    indirect case late(SimMachine, life: UInt32, SimEvent)
    /// The supervisor starts a machine that died by itself.
    case revive(SimMachine, life: UInt32)
    /// A client sends its next request.
    case arrival
    /// A client sends a call of the list, by its place there.
    case call(Int)
    /// A process reads which cells were added to the mesh.
    case grow(SimProcess)
    /// The control plane finds that all who run know the cells, and begins to move customers to them.
    case beginAdding(region: Int, [CellIndex])
    /// A client has waited long enough.
    case patience(SimSocket, request: UInt64)

    /// A number for the trace; never reuse one for another kind.
    var kind: UInt64 {
        switch self {
        case .start: 1
        case .wake: 2
        case .datagram: 3
        case .connect: 4
        case .connected: 5
        case .bytes: 6
        case .ended: 7
        case .openingLimit: 8
        case .commit: 9
        case .stored: 10
        case .burned: 11
        case .fault: 12
        case .revive: 13
        case .arrival: 14
        case .patience: 15
        case .faultEnds: 16
        case .late: 17
        case .grow: 18
        case .beginAdding: 19
        case .strike: 20
        case .call: 21
        }
    }
}
