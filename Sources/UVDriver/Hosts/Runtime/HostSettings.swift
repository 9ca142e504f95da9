import MeshBase
import Nodes
import Replication
import Sharding
import Telemetry
import Topology
import Wire

/// What a process of the mesh is told when it starts.
package struct HostSettings {
    package var name: String
    package var topology: MeshTopology
    package var placement: PlacementTable
    /// The directory of this process alone; it exists.
    package var dataDirectory: String
    /// 32 bytes that every process of the mesh holds.
    package var secret: [UInt8]
    /// The file of the mesh's keys, looked at as long as the process runs; without it the secret is the only key.
    package var keysPath: String?
    /// `HOST:PORT` of members that run already.
    package var join: [String] = []
    package var listen = Endpoint.loopback(0)
    /// Where a router takes customers besides, at a port that it shares with others; nil: nowhere.
    package var share: Endpoint?
    package var admin = Endpoint.loopback(0)
    package var gossip = Endpoint.loopback(0)
    /// The address to tell the others; nil: the one that is bound.
    package var advertise: IPAddress?
    /// Which connections between processes are encrypted.
    package var security = StreamSecurity.Rule.hosts
    /// What a router shows to customers who come over HTTPS; nil: they come over HTTP alone.
    package var https: HTTPSCertificate?
    /// A file that the local control plane keeps locked; without it the process lives until it is told to stop.
    package var lockPath: String?
    /// The file that tells which faults are on the wire; without it there are only the topology's links.
    package var faultsPath: String?
    /// The file that tells which cells were added since the founding; without it none ever are.
    package var cellsPath: String?
    /// The settings of the mesh, as the control plane wrote them last; this process keeps a copy of its own.
    package var settingsPath: String?
    /// How long to go on when nobody holds the lock.
    package var grace = TimeAmount.minutes(10)
    /// Where to write the line that says that this process serves.
    package var readyDescriptor: Int32?
    /// The process of this name that runs: this one takes its place.
    package var replaces: ProcessIdentity?
    /// What a cell starts in place of a program of the user's own: it takes `NAME=VALUE`s and then the program's words.
    package var programWrapper = [ExecutablePath.current, ProgramExec.command]
    /// What this process tells people; nil: a log of its own, on standard error.
    package var log: ProcessLog?
    /// What a wrong build of a cell would do, for drills that have to notice it; nil for a right one.
    package var defect: CellDefect?
    /// One of so many requests is followed unasked; 0 for none.
    package var traceSample: UInt64 = 100
    /// Unique to this life of the process.
    package var boot: UInt32
    /// The identity of a store that is created now, and what is known of the one that there should be.
    package var store: StoreBirth

    package init(
        name: String, topology: MeshTopology, placement: PlacementTable, dataDirectory: String, secret: [UInt8],
        boot: UInt32, storeID: UInt64
    ) {
        self.name = name
        self.topology = topology
        self.placement = placement
        self.dataDirectory = dataDirectory
        self.secret = secret
        self.boot = boot
        store = StoreBirth(storeID: storeID)
    }
}

extension HostSettings {
    /// Who this process is on mesh links.
    var linkIdentity: LinkIdentity { LinkIdentity(secret: secret, mesh: topology.wireLabel, name: name) }

    /// Where customers go.
    /// - Throws: `HostFailure` where the table does not fit the topology.
    func fittingPlacement() throws -> Placement {
        do { return try Placement(topology, table: placement) } catch {
            throw HostFailure("the placement does not fit the topology: \(error)")
        }
    }
}

/// Why a process could not start; said on standard error and to the parent.
package struct HostFailure: Error, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}
