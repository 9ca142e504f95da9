import MeshBase

/// What a fault does, with its figures, by what it lies on. Figures of these types were checked; see `FaultRequest`.
package enum FaultAction: Sendable, Hashable {
    /// To what passes between two sets of nodes.
    case wire(Wire)
    /// To the work of services.
    case service(Service)
    /// To all that a cell does.
    case cell(Cell)
    /// To processes.
    case process(Process)
    /// To the disks of cells.
    case disk(Disk)
    /// To the clocks of nodes.
    case clock(Clock)

    /// To what passes; ratios are 0...1.
    package enum Wire: Sendable, Hashable {
        case latency(Delay)
        case loss(Double)
        /// Of datagrams alone: what gossip is sent with.
        case datagramLoss(Double)
        case duplicate(Double)
        /// A ratio, and by how much at most.
        case reorder(Double, upTo: TimeAmount)
        /// Bytes a second, at least 1.
        case bandwidth(Int)
        case reset(Double)
        case blackhole, partition, clog
    }

    /// To the work of a service.
    package enum Service: Sendable, Hashable {
        case latency(Delay)
        /// A ratio, 0...1, and the status of HTTP that is answered, 400...599.
        case errors(Double, status: UInt16)
        case hang
    }

    /// To all that a cell does: how it fails without being down.
    package enum Cell: Sendable, Hashable {
        /// Nothing is answered; gossip goes on.
        case zombie
        /// So many times more slowly, more than 1.
        case slow(Double)
        /// A zombie for so long, then well for so long, and again.
        case flap(TimeAmount)
        /// A ratio of what is asked fails, more than 0 and at most 1; all that the cell says of itself is good.
        case lie(Double)
        /// The next start sets the store aside.
        ///
        /// - Parameter keepsID: the new store says that it is the old one, so that nobody has it filled.
        case amnesia(keepsID: Bool)
        /// A ratio of the declared memory is held, more than 0 and at most `FaultRequest.mostMemory`.
        case fillMemory(Double)
    }

    /// To a process.
    package enum Process: Sendable, Hashable {
        case kill, pause, leave
        /// By how much at most.
        case late(TimeAmount)
    }

    /// To the disk of a cell.
    package enum Disk: Sendable, Hashable { case destroy, lose, loseRows, fill }

    /// To a clock.
    package enum Clock: Sendable, Hashable {
        /// Ahead by so much.
        case skew(TimeAmount)
        /// Faster by so many millionths; negative: slower.
        case drift(Int)
    }

    /// Its word.
    package var kind: FaultKind {
        switch self {
        case .wire(let wire):
            switch wire {
            case .latency: .latency
            case .loss: .loss
            case .datagramLoss: .datagramLoss
            case .duplicate: .duplicate
            case .reorder: .reorder
            case .bandwidth: .bandwidth
            case .reset: .reset
            case .blackhole: .blackhole
            case .partition: .partition
            case .clog: .clog
            }
        case .service(let service):
            switch service {
            case .latency: .latency
            case .errors: .errors
            case .hang: .hang
            }
        case .cell(let cell):
            switch cell {
            case .zombie: .zombie
            case .slow: .slow
            case .flap: .flap
            case .lie: .lie
            case .amnesia: .amnesia
            case .fillMemory: .fillMemory
            }
        case .process(let process):
            switch process {
            case .kill: .kill
            case .pause: .pause
            case .leave: .leave
            case .late: .late
            }
        case .disk(let disk):
            switch disk {
            case .destroy: .destroy
            case .lose: .loseDisk
            case .loseRows: .loseRows
            case .fill: .fillDisk
            }
        case .clock(let clock):
            switch clock {
            case .skew: .skew
            case .drift: .drift
            }
        }
    }

    /// On what it lies.
    package var layer: FaultKind.Layer {
        switch self {
        case .wire: .wire
        case .service: .service
        case .cell: .cell
        case .process: .process
        case .disk: .disk
        case .clock: .clock
        }
    }

    /// A process ends at once.
    package static let kill = FaultAction.process(.kill)
    /// A process stops where it is.
    package static let pause = FaultAction.process(.pause)
    /// A process says goodbye and ends.
    package static let leave = FaultAction.process(.leave)
}
