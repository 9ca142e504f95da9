import MeshBase
import Resilience
import Topology

/// The services of a blueprint as their cell looks them up: what does not change while it runs.
struct ServiceCatalogue {
    let services: [Service]
    private let byName: [UInt64: Int]
    let waitSamplers: [WaitSampler?]
    /// The work of each rung of a service's ladder; empty where it has none.
    let rungs: [[ServiceGraph.OwnWork]]
    /// True for a service that answers in the same call: no wait, no processor time, no errors, no calls.
    let isInstant: [Bool]
    /// Groups of calls that are made at once, by service, in rising order.
    let groups: [[CallGroup]]
    /// True for a service that is a program, or may call one.
    let reachesProgram: [Bool]

    /// - Parameter runsPrograms: false: every service is its `work`.
    init(_ blueprint: Blueprint, _ policies: CellPolicies, runsPrograms: Bool = false) {
        services = blueprint.services
        rungs = zip(blueprint.services, policies.services).map { service, policies in
            guard policies.ladder != nil, let ladder = service.ladder else { return [] }
            // Without work of its own the first does the service's, the others none.
            return ladder.enumerated().map { number, rung in
                let work = rung.work ?? (number == 0 ? service.work : Work())
                return ServiceGraph.OwnWork(
                    wait: work.wait.map { WaitSampler($0) }, cpu: work.cpu, errors: work.errors)
            }
        }
        byName = Dictionary(
            uniqueKeysWithValues: blueprint.services.enumerated().map { (StableHash.hash($1.name), $0) })
        waitSamplers = blueprint.services.map { $0.work.wait.map { WaitSampler($0) } }
        groups = blueprint.services.map { service in
            (service.parallel ?? []).enumerated().compactMap { CallGroup($1, number: $0, of: service) }
        }
        isInstant = blueprint.services.map {
            $0.work.wait == nil && $0.work.cpu <= .zero && $0.work.errors <= 0 && $0.calls.isEmpty && $0.ladder == nil
                && !(runsPrograms && $0.program != nil)
        }
        reachesProgram = Self.reaching(blueprint.services, runsPrograms)
    }

    private static func reaching(_ services: [Service], _ runsPrograms: Bool) -> [Bool] {
        var reaches = services.map { runsPrograms && $0.program != nil }
        // Calls have no cycles: after as many rounds as there are services nothing changes.
        var hasChanged = reaches.contains(true)
        while hasChanged {
            hasChanged = false
            for (index, service) in services.enumerated() where !reaches[index] {
                guard service.calls.contains(where: { reaches[$0.to] || $0.compensation.map { reaches[$0] } == true })
                else { continue }
                reaches[index] = true
                hasChanged = true
            }
        }
        return reaches
    }

    /// The group whose first call stands at a position.
    func group(of service: Int, at position: Int) -> CallGroup? {
        groups[service].isEmpty ? nil : groups[service].first { $0.first == position }
    }

    func service(named name: UnsafeRawBufferPointer) -> Int? { service(hash: StableHash.hash(name)) }

    /// - Parameter hash: of its name.
    func service(hash: UInt64) -> Int? { byName[hash] }

    func pools() -> [WorkerPool<SlabKey>] {
        services.map { service in
            WorkerPool(
                workers: service.pool.workers, queueLimit: service.pool.queue, overflow: Self.overflow(service))
        }
    }

    /// Of classes, in front of the pools. Blindly only routers shed.
    func admissions(_ policies: CellPolicies) -> [ClassAdmission] {
        services.map {
            ClassAdmission(
                capacity: $0.pool.workers + $0.pool.queue, thresholds: policies.thresholds,
                adaptive: policies.adaptiveShedding ?? .local, early: EarlyPolicy(share: 0, hard: 0))
        }
    }

    private static func overflow(_ service: Service) -> WorkerPool<SlabKey>.Overflow {
        switch service.pool.overflow {
        case .rejectNew: .rejectNew
        case .dropOldest: .dropOldest
        case .dropNewest: .dropNewest
        case .priority: .priority
        case .ageLimit: .ageLimit(service.pool.age)
        }
    }
}
