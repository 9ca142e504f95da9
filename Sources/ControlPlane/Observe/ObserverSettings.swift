import MeshBase
import Topology

/// What a control plane that only watches is started with.
package struct ObserverSettings {
    package var directory: DataDirectory
    package var topology: MeshTopology
    /// 32 bytes that every process of the mesh holds.
    package var secret: [UInt8]
    /// `HOST:PORT` of members.
    package var join: [String] = []
    /// Where the API listens.
    package var api = Endpoint.loopback(0)
    /// Where its member takes gossip.
    package var gossip = Endpoint.loopback(0)
    /// The address to tell the others; nil: the one that is bound.
    package var advertise: IPAddress?

    package init(directory: DataDirectory, topology: MeshTopology, secret: [UInt8]) {
        self.directory = directory
        self.topology = topology
        self.secret = secret
    }
}
