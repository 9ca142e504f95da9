import MeshBase
import Topology
import UVDriver

/// What a control plane is told when it starts.
package struct ControlSettings: Sendable {
    package var directory: DataDirectory
    package var topology: MeshTopology
    /// Where everything of the mesh is bound; what follows is set with it.
    package var address = IPAddress.loopback {
        didSet {
            api.address = address
            gossip.address = address
            router?.address = address
        }
    }
    /// Where the API listens.
    package var api = Endpoint.loopback(0)
    /// Where the control plane's member takes gossip.
    package var gossip = Endpoint.loopback(0)
    /// Where the router takes customers, or all routers besides; any port where left out.
    package var router: Endpoint?
    /// How long processes go on without a control plane.
    package var grace = TimeAmount.minutes(10)
    /// How long the start may take until everything serves.
    package var startTimeout = TimeAmount.seconds(30)
    /// Further arguments for cells and routers.
    package var extra: [String] = []
    /// Where to write how far the start is, and that it has succeeded or failed: see `ReadyLine`.
    package var readyDescriptor: Int32?
    /// What children run.
    package var executable = ExecutablePath.current
    /// Where regions run whose agents are on other hosts, and the mesh's secret, which those know; nil: as the mesh has it.
    package var hosts: (file: HostsFile, secret: [UInt8])?

    package init(directory: DataDirectory, topology: MeshTopology) {
        self.directory = directory
        self.topology = topology
    }
}

extension ControlSettings {
    /// Writes down what was asked for.
    func keepHosts() throws(ControlFailure) {
        guard let hosts else { return }
        do throws(DataDirectoryError) {
            do throws(FileFailure) { try directory.write(secret: hosts.secret) } catch {
                throw DataDirectoryError(error)
            }
            try directory.write(hosts.file)
        } catch { throw .data(error) }
    }
}

/// Why a mesh could not be started. What had been started was stopped again.
package enum ControlFailure: Error, Equatable, CustomStringConvertible {
    /// A control plane runs on this directory.
    case alreadyRunning(mesh: String, pid: Int32)
    case data(DataDirectoryError)
    /// Processes of this mesh run, of another topology than the one to start.
    case otherTopology(mesh: String, running: Int)
    /// A process did not start.
    case process(ProcessName, reason: String)
    /// Not everything served in time.
    case timeout(String)
    /// A port in use, no descriptors left and the like.
    case system(String)
    case interrupted

    package init(_ error: any Error) {
        self =
            switch error {
            case let error as ControlFailure: error
            case let error as DataDirectoryError: .data(error)
            default: .system("\(error)")
            }
    }

    package var description: String {
        switch self {
        case .alreadyRunning(let mesh, let pid):
            "the mesh '\(mesh)' runs already, with pid \(pid); 'cellmesh down --mesh \(mesh)' stops it, or choose another "
                + "name with --mesh"
        case .data(let error): "\(error)"
        case .otherTopology(let mesh, let running):
            "\(running) processes of the mesh '\(mesh)' still run with another topology; 'cellmesh down --mesh \(mesh)' "
                + "stops them"
        case .process(let name, let reason): "\(name) did not start: \(reason)"
        case .timeout(let what): "\(what)"
        case .system(let what): what
        case .interrupted: "interrupted; everything was stopped again"
        }
    }
}

/// What `up` tells once everything serves.
package struct StartReport: Sendable, Equatable {
    package var control: ControlFile
    /// Processes taken over from a control plane that had died, of all that serve.
    package var adopted: Int
    package var spawned: Int
    /// Processes that were killed on purpose and stay down.
    package var heldDown: [String]
}
