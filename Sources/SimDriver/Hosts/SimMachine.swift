import MeshBase
import Topology

/// Where a process runs: what survives its death, and what it is reached by.
final class SimMachine {
    enum Work {
        case cell(CellIndex)
        case router(Int)
        case control
        /// Outside of the mesh.
        case clients
    }

    /// Of the clients, who are no part of the mesh, it means nothing.
    var role: NodeRole {
        switch work {
        case .cell: .cell
        case .router, .clients: .router
        case .control: .control
        }
    }

    let index: Int
    let name: String
    let work: Work
    /// A position in `MeshTopology.regions`; -1 outside of the mesh.
    let region: Int
    let zone: String
    /// Hash of the name, for the streams of its own.
    let hash: UInt64
    var network: Generator
    /// Of what faults of the network do to its packets.
    var weather: Generator
    /// Of how late it reads.
    var reading: Generator
    var clock = LocalTime()
    /// How far its wall clock is ahead of what its time is, by faults that end.
    var wallAhead = TimeAmount.zero
    /// What is to be added to its time for its wall clock, nanoseconds.
    var wallOffset: Int64 { Simulation.epoch &+ wallAhead.nanoseconds }
    /// Reads what arrives late by up to so much; zero when it does not.
    var lateness = TimeAmount.zero
    /// When the last of what waits for a late reader is read.
    var readsUntil = Instant.zero

    // What survives a kill.
    var lives: UInt32 = 0
    /// Unique to the present life among all of the simulation.
    var boot: UInt32 = 0
    var incarnation: UInt32 = 0
    let disk: SimDisk?
    /// The store that the mesh was founded with.
    var firstStore: UInt64?
    /// Faults that its store was set aside by.
    var forgottenBy: Set<Int> = []
    /// The store that the cell has served with, as a control plane's journal has it.
    var knownStore: UInt64?

    /// The process; nil while the machine is down.
    var process: SimProcess?
    var isPaused = false
    /// What waits for a paused process.
    var backlog: [SimEvent] = []
    private var waitingDatagrams = 0
    /// The lowest incarnation of the present life.
    var lifeIncarnation: UInt32 = 0
    /// The highest that its processes before the present one have owned.
    var ownedIncarnation: UInt32 = 0
    /// The incarnation in which it said goodbye last; 0 when it never did.
    var leftIncarnation: UInt32 = 0
    var isLeaving = false
    var startedAt = Instant.zero
    /// Until then a suspicion of this member may be justified by what was done to it.
    var excusedUntil = Instant.zero
    /// Deaths by itself, without a fault that was planned.
    var crashes = 0

    /// Datagrams that a socket of a paused process holds.
    static let socketBuffer = 512

    init(
        index: Int, name: String, work: Work, region: Int, zone: String, disk: SimDisk?, seed: UInt64
    ) {
        self.index = index
        self.name = name
        self.work = work
        self.region = region
        self.zone = zone
        self.disk = disk
        hash = StableHash.hash(name)
        network = Generator(seed: seed, concern: "sim.network", node: hash)
        weather = Generator(seed: seed, concern: "sim.weather", node: hash)
        reading = Generator(seed: seed, concern: "sim.reading", node: hash)
    }

    var isUp: Bool { process != nil }

    /// 10.x.y.z, one address for each machine.
    private var address: UInt32 { 10 << 24 | UInt32(index + 1) }
    /// Each life binds ports of its own.
    private var port: UInt16 { UInt16(20_000 + Int(lives % 10_000) * 4) }
    var gossip: Endpoint { Endpoint(v4: address, port: port) }
    var data: Endpoint { Endpoint(v4: address, port: port + 1) }
    var admin: Endpoint { Endpoint(v4: address, port: port + 2) }

    static func index(of endpoint: Endpoint) -> Int? {
        guard let address = endpoint.address.v4, address >> 24 == 10, address & 0xFF_FFFF > 0 else { return nil }
        return Int(address & 0xFF_FFFF) - 1
    }

    /// The highest incarnation that is the machine's own.
    var highestIncarnation: UInt32 { max(ownedIncarnation, process?.ownIncarnation ?? 0) }

    /// When what arrives now is read.
    func readsAt(_ now: Instant) -> Instant {
        if lateness > .zero {
            let late = lateness / 5 + .nanoseconds(Int64(reading.below(UInt64(lateness.nanoseconds * 4 / 5 + 1))))
            readsUntil = max(readsUntil, now + late)
        }
        return max(now, readsUntil)
    }

    /// Keeps an event for a paused process. Datagrams beyond the socket's buffer are lost, streams only wait.
    func hold(_ event: SimEvent) {
        if case .datagram = event {
            guard waitingDatagrams < Self.socketBuffer else { return }
            waitingDatagrams += 1
        }
        backlog.append(event)
    }

    func takeBacklog() -> [SimEvent] {
        defer {
            backlog = []
            waitingDatagrams = 0
        }
        return backlog
    }
}
