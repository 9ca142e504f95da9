import MeshBase
import Topology
import UVDriver

/// The command line of a process of the mesh.
package struct ProcessCommand: Sendable {
    package var directory: DataDirectory
    /// How long the process goes on when no control plane holds the lock.
    package var grace: TimeAmount
    /// Where processes are bound, whatever is left open by what follows.
    package var address: IPAddress
    /// Where routers take customers besides, at one port; nil: nowhere.
    package var share: Endpoint?
    /// Further arguments for every process.
    package var extra: [String]
    /// Where processes gossip, if not at any port of `address`.
    package var gossip: [ProcessName: Endpoint]

    package init(
        directory: DataDirectory, grace: TimeAmount = .minutes(10), address: IPAddress = .loopback,
        extra: [String] = [],
        gossip: [ProcessName: Endpoint] = [:]
    ) {
        self.directory = directory
        self.grace = grace
        self.address = address
        self.extra = extra
        self.gossip = gossip
    }

    /// - Parameters:
    ///   - join: members that run already.
    ///   - listen: where it takes its traffic; any port where left out.
    ///   - store: what the journal knows of its store.
    ///   - predecessor: the process of this name that runs, whose place it takes.
    package func arguments(
        _ name: ProcessName, join: [Endpoint], listen: Endpoint?, store: StoreWord? = nil,
        replacing predecessor: ProcessIdentity? = nil
    ) -> [String] {
        var arguments = [
            name.role.name, "--name", name.name, "--model", directory.modelPath,
            "--data", directory.directory(of: name.role, name.name), "--secret-file", directory.secretPath,
            "--faults", directory.faultsPath, "--keys-file", directory.keysPath,
            "--cells-file", directory.cellsPath, "--blueprints-file", directory.blueprintsPath,
            "--settings-file", directory.settingsPath,
            "--lock", directory.lockPath,
            "--grace",
            "\(grace.millisecondsRoundedUp)ms", "--ready-fd", "\(ChildProcess.readinessDescriptor)",
        ]
        if name.role == .router {
            arguments += ["--placement", directory.placementPath]
            if let share { arguments += ["--share", share.description] }
        }
        // What the programs take where nothing is said.
        let any = address == .loopback ? nil : Endpoint(address: address, port: 0)
        if let listen = listen ?? any { arguments += ["--listen", listen.description] }
        if let endpoint = gossip[name] ?? any { arguments += ["--gossip", endpoint.description] }
        if let any, name.role == .router { arguments += ["--admin", any.description] }
        if let store { arguments += store.arguments }
        if let predecessor { arguments += ["--replace", predecessor.description] }
        for member in join { arguments += ["--join", member.description] }
        return arguments + extra
    }

    /// The process that ends a pause where nobody else does.
    package func pauseWatch(_ name: ProcessName) -> SpawnRequest {
        SpawnRequest(
            name: name,
            arguments: [
                "pause-watch", "--lease", directory.pausePath(of: name.role, name.name), "--lock", directory.lockPath,
                "--grace", "\(grace.millisecondsRoundedUp)ms",
            ], logPath: directory.logPath(of: name.role, name.name))
    }

    package func request(
        _ name: ProcessName, join: [Endpoint], listen: Endpoint?, store: StoreWord? = nil,
        replacing predecessor: ProcessIdentity? = nil
    ) -> SpawnRequest {
        SpawnRequest(
            name: name,
            arguments: arguments(name, join: join, listen: listen, store: store, replacing: predecessor),
            logPath: directory.logPath(of: name.role, name.name),
            order: StartOrder(
                join: join, listen: listen, store: store, replacing: predecessor?.startTime, extra: extra))
    }
}
