import ControlPlane
import LoadGenerator
import MeshBase
import Scenarios
import Sharding
import Topology

/// The load of a drill.
enum DrillLoad {
    /// A router that runs, as a place to send to; nil where there is none such.
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

    /// As a scenario asks; it goes on until it is ended.
    ///
    /// - Parameters:
    ///   - factor: so many times its rate; what is asked beside another load is not judged.
    ///   - share: of its rate, where it is one of several that are judged together.
    ///   - placement: as it is in the beginning, for what no cell answers.
    static func configuration(
        _ wanted: ScenarioLoad, factor: Double = 1, share: Double = 1, seed: UInt64, _ topology: MeshTopology,
        _ placement: Placement
    ) throws -> LoadConfiguration {
        var load = base(rate: wanted.rate * factor * share, customers: wanted.customers, seed: seed, topology)
        load.mix = LoadMix(reads: wanted.reads, writes: wanted.writes, services: wanted.services)
        load.services = wanted.services > 0 ? wanted.service.map { [$0] } ?? topology.entryServices : []
        if let shares = wanted.priorities { load.priorities = PriorityMix(shares) }
        let names = topology.cells.map(\.name)
        load.home = { customer in
            placement.shard(of: CustomerHash(number: customer)).first.map { names[$0.position] }
        }
        // They ask when the scenario has them ask.
        load.silentCustomers = min(topology.customers.poison, load.customers - 1)
        load.verifies = wanted.verifies && wanted.writes > 0 && factor == 1
        if load.verifies {
            load.checksRegisters = load.keyTiers.isEmpty || load.keyTiers.contains(.critical)
            load.checksSessions = load.keyTiers.contains(.important)
            load.checksSiblings = true
        }
        do { try load.validate() } catch { throw CommandFailure(.usage, error.message) }
        return load
    }

    /// One customer who calls services, five times a second; nothing of it is judged.
    static func poison(_ number: Int, seed: UInt64, _ topology: MeshTopology) throws -> LoadConfiguration {
        var load = base(rate: 5, customers: number, seed: seed, topology)
        load.silentCustomers = number - 1
        load.mix = LoadMix(reads: 0, writes: 0, services: 1)
        load.services = topology.entryServices
        do { try load.validate() } catch { throw CommandFailure(.usage, error.message) }
        return load
    }

    private static func base(
        rate: Double, customers: Int?, seed: UInt64, _ topology: MeshTopology
    ) -> LoadConfiguration {
        var load = LoadConfiguration(rate: rate, duration: .hours(24), customers: topology.customers)
        if let customers { load.customers = min(customers, topology.customers.count) }
        load.run = mark | UInt64(SecretText.randomInteger() as UInt32)
        load.seed = seed
        load.tell(topology)
        // So many that a second's worth of requests without an answer keeps none from being sent.
        load.connections = min(max(64, Int(load.rate * load.timeout.seconds)), 2_000)
        return load
    }
}
