import MeshBase
import Topology
import UVDriver

/// What the processes of one region are started with.
package struct RegionSettings {
    /// This region's alone.
    package var directory: DataDirectory
    package var topology: MeshTopology
    /// The region, by its position in the topology.
    package var region: Int
    /// 32 bytes that every process of the mesh holds.
    package var secret: [UInt8]
    /// `HOST:PORT` of members of other regions.
    package var join: [String] = []
    /// The address that cells serve and gossip at.
    package var listen = IPAddress.loopback
    /// Where probes find this process.
    package var admin = Endpoint.loopback(0)
    /// Where the first cell gossips, for others to join through; 0: any port.
    package var gossipPort: UInt16 = 0
    /// The address to tell the others; nil: the one that is bound.
    package var advertise: IPAddress?
    /// How long cells go on without the process that started them.
    package var grace = TimeAmount.seconds(10)
    /// How long a cell may take to serve.
    package var startTimeout = TimeAmount.seconds(30)
    /// What children run.
    package var executable = ExecutablePath.current

    package init(directory: DataDirectory, topology: MeshTopology, region: Int, secret: [UInt8]) {
        self.directory = directory
        self.topology = topology
        self.region = region
        self.secret = secret
    }

    var cells: [ProcessName] {
        topology.cells.filter { $0.region == region }.map { ProcessName(.cell, $0.name) }
    }

    /// The command line of every cell of the region.
    var command: ProcessCommand {
        var gossip: [ProcessName: Endpoint] = [:]
        for (index, cell) in cells.enumerated() {
            gossip[cell] = Endpoint(address: listen, port: index == 0 ? gossipPort : 0)
        }
        var extra = advertise.map { ["--advertise", $0.description] } ?? []
        // As names: cells look them up again when they lead elsewhere.
        for member in join { extra += ["--join", member] }
        return ProcessCommand(directory: directory, grace: grace, extra: extra, gossip: gossip)
    }
}

extension DataDirectory {
    /// Brings the directory of one region in order.
    func prepare(_ settings: RegionSettings) throws {
        try write(secret: settings.secret)
        try create()
        try writeModel(settings.topology)
        for cell in settings.cells { try SystemFile.makeDirectory(directory(of: .cell, cell.name)) }
    }
}
