/// What may be done to a mesh on purpose: one word for each, the same in commands, files, plans of the simulator and reports.
package enum FaultKind: String, Sendable, Codable, CaseIterable {
    /// On the wire: everything arrives later. On a service: its work begins later.
    case latency
    /// A share of the datagrams is lost; a share of a stream's segments arrives after a retransmission.
    case loss
    /// A share of the datagrams is lost, and nothing of streams: gossip suffers, requests do not.
    case datagramLoss = "datagram-loss"
    /// A share of the datagrams arrives twice. Streams hide duplicates.
    case duplicate
    /// A share of the datagrams is late by up to so much, so that others overtake them.
    case reorder
    /// No more than so many bytes a second.
    case bandwidth
    /// Streams are broken when something is written to them.
    case reset
    /// What is sent vanishes and connections hang.
    case blackhole
    /// The same, between named sides: a network that has come apart.
    case partition
    /// Everything is held back and arrives when the fault ends.
    case clog
    /// A share of a service's calls fails once its work is done.
    case errors
    /// A service's work does not go on until the fault ends.
    case hang
    /// A process ends at once; its disk stays. It starts again when the fault ends.
    case kill
    /// A process stops where it is: its connections stay, nothing is read or answered. It goes on when the fault ends.
    case pause
    /// A process says goodbye and ends. It starts again when the fault ends.
    case leave
    /// A process reads what arrives late by up to so much and at least a fifth of it, in order; its timers are on time.
    case late
    /// A process ends at once and its disk is lost. It starts again when the fault ends.
    case destroy
    /// As `destroy`, unless another cell that shares a customer is without its disk then, or without what was on it.
    case loseDisk = "lose-disk"
    /// A third of the rows on a disk are gone, and nothing says so: the process goes on.
    case loseRows = "lose-rows"
    /// A disk is full: what only asks is answered, and nothing is kept. There is room again when the fault ends.
    case fillDisk = "fill-disk"
    /// A cell reads what it is asked and answers nothing; its gossip goes on.
    case zombie
    /// A cell works, and keeps, so many times more slowly.
    case slow
    /// A cell is a zombie and well again by turns.
    case flap
    /// A cell says that it is well, and a share of what it is asked fails.
    case lie
    /// The next start of a cell sets its store aside.
    case amnesia
    /// A cell's memory is held by nobody's work: what is left of its budget is all that calls may have.
    case fillMemory = "fill-memory"
    /// A clock is ahead: of a real process its wall clock, until the fault ends.
    case skew
    /// A clock goes faster by so many millionths, or slower where negative.
    case drift

    /// On what a fault lies; the word is what its leases are called by.
    package enum Layer: String, Sendable, CaseIterable { case wire, service, cell, process, disk, clock }

    /// Whether it can lie there; `latency` can lie on two of them.
    package func strikes(_ layer: Layer) -> Bool {
        switch self {
        case .latency: layer == .wire || layer == .service
        case .loss, .datagramLoss, .duplicate, .reorder, .bandwidth, .reset, .blackhole, .partition, .clog:
            layer == .wire
        case .errors, .hang: layer == .service
        case .zombie, .slow, .flap, .lie, .amnesia, .fillMemory: layer == .cell
        case .kill, .pause, .leave, .late: layer == .process
        case .destroy, .loseDisk, .loseRows, .fillDisk: layer == .disk
        case .skew, .drift: layer == .clock
        }
    }

    /// Whether nothing passes.
    package var cuts: Bool { self == .blackhole || self == .partition }

    /// What real processes have not: the simulator has all.
    package var isSimulatedAlone: Bool {
        switch self {
        case .latency, .loss, .datagramLoss, .duplicate, .bandwidth, .reset, .blackhole, .partition, .errors, .hang,
            .zombie, .slow, .flap, .lie, .amnesia, .fillMemory, .kill, .pause, .fillDisk, .skew:
            false
        case .reorder, .clog, .leave, .late, .destroy, .loseDisk, .loseRows, .drift: true
        }
    }

    /// Those of real processes.
    package static let real = allCases.filter { !$0.isSimulatedAlone }

    /// Those whose hits every process counts by kind.
    package static let followed = real.filter { $0.strikes(.wire) || $0.strikes(.service) || $0.strikes(.cell) }

    static func words(_ layer: Layer, of kinds: [FaultKind] = real) -> String {
        kinds.filter { $0.strikes(layer) }.map(\.rawValue).joined(separator: ", ")
    }
}
