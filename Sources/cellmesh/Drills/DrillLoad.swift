import ControlPlane
import LoadGenerator
import MeshBase
import Topology

/// The load of a drill, by its options.
struct DrillLoad {
    let mesh: DataDirectory
    let topology: MeshTopology
    let options: DrillOptions

    /// A router that runs, as a place to send to; nil where there is none such.
    func router(where isMeant: (Router) -> Bool = { _ in true }) -> (name: String, endpoint: Endpoint)? {
        Self.router(mesh, topology, where: isMeant)
    }

    static func router(
        _ mesh: DataDirectory, _ topology: MeshTopology, where isMeant: (Router) -> Bool = { _ in true }
    ) -> (name: String, endpoint: Endpoint)? {
        for router in topology.routers where isMeant(router) {
            if let file = mesh.process(.router, router.name), file.identity.isRunning,
                let endpoint = Endpoint(file.data)
            {
                return (router.name, endpoint)
            }
        }
        return nil
    }

    /// By which values of drills, of this one or any before, are known from everybody else's.
    private static let mark: UInt64 = 0xd211_d211 << 32

    /// Whether all values of a key were written by drills.
    ///
    /// - Parameter texts: of its siblings; nil for what is no text, or deleted.
    static func isOwn(_ texts: [String?]) -> Bool {
        !texts.isEmpty
            && texts.allSatisfy { text in
                text.flatMap { RecordValue.run(ofText: $0) }.map { $0 & ~UInt64(UInt32.max) == mark }
                    ?? false
            }
    }

    /// Of records alone, read back at the end; it goes on until it is ended.
    func configuration(share: Double = 1) throws -> LoadConfiguration {
        var load = LoadConfiguration(rate: options.rate * share, duration: .hours(2), customers: topology.customers)
        if let customers = options.customers { load.customers = min(customers, topology.customers.count) }
        load.run = Self.mark | UInt64(SecretText.randomInteger() as UInt32)
        load.seed = options.seed ?? topology.seed
        load.mix = .recordsOnly
        load.verifies = true
        load.tell(topology)
        // So many that a second's worth of requests without an answer keeps none from being sent.
        load.connections = min(max(64, Int(load.rate * load.timeout.seconds)), 2_000)
        do { try load.validate() } catch { throw CommandFailure(.usage, error.message) }
        return load
    }
}
