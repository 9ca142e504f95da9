import MeshBase

/// The figures of a fault without their kind, as files and the API carry them. Which of them a kind takes is checked by
/// `FaultRequest`.
package struct FaultFigures: Sendable, Hashable, Codable {
    /// Of `latency`.
    package var delay: Delay?
    /// Of `loss`, `duplicate`, `reorder`, `reset`, `errors` and `lie`, 0...1; of `fill-memory` the share of the budget.
    package var rate: Double?
    /// Of `bandwidth`, in bytes a second, at least 1.
    package var bandwidth: Int?
    /// Of `errors`: the status of HTTP that is answered, 400...599.
    package var status: UInt16?
    /// Of `reorder` and `late`: by how much at most; of `skew`: how far the clock jumps; of `flap`: how long each turn is.
    package var amount: TimeAmount?
    /// Of `drift`, in millionths.
    package var millionths: Int?

    /// Of `slow`: so many times, more than 1.
    package var factor: Double?
    /// Of `amnesia`: the new store says that it is the old one; nil where it does not.
    package var keepsID: Bool?

    /// What `slow`, `flap` and `lie` are where nobody says.
    package static let slowness = 100.0
    /// See `slowness`.
    package static let turn = TimeAmount.seconds(2)
    /// See `slowness`.
    package static let lies = 0.8
    /// See `slowness`; of `fill-memory`.
    package static let memory = 0.95

    /// None.
    package init() {}
}

extension FaultAction {
    /// Its figures.
    package var figures: FaultFigures {
        var figures = FaultFigures()
        switch self {
        case .wire(.latency(let delay)), .service(.latency(let delay)): figures.delay = delay
        case .wire(.loss(let rate)), .wire(.datagramLoss(let rate)), .wire(.duplicate(let rate)),
            .wire(.reset(let rate)), .cell(.lie(let rate)), .cell(.fillMemory(let rate)):
            figures.rate = rate
        case .wire(.reorder(let rate, let amount)): (figures.rate, figures.amount) = (rate, amount)
        case .wire(.bandwidth(let bandwidth)): figures.bandwidth = bandwidth
        case .service(.errors(let rate, let status)): (figures.rate, figures.status) = (rate, status)
        case .process(.late(let amount)), .clock(.skew(let amount)), .cell(.flap(let amount)): figures.amount = amount
        case .cell(.slow(let factor)): figures.factor = factor
        case .cell(.amnesia(let keepsID)): figures.keepsID = keepsID ? true : nil
        case .clock(.drift(let millionths)): figures.millionths = millionths
        case .wire(.blackhole), .wire(.partition), .wire(.clog), .service(.hang), .process(.kill), .process(.pause),
            .process(.leave), .disk, .cell(.zombie):
            break
        }
        return figures
    }

    /// The share that has to be said; nil where there is none, or where all is struck if nobody says.
    package var namedRate: Double? {
        switch self {
        case .wire(.reset(1)), .service(.errors(1, _)), .cell(.lie(FaultFigures.lies)),
            .cell(.fillMemory(FaultFigures.memory)):
            nil
        default: figures.rate
        }
    }

    /// Nil where a figure is missing that the kind needs.
    ///
    /// - Parameter isOnServices: `latency` lies on services, and not on the wire.
    package init?(_ kind: FaultKind, _ figures: FaultFigures, isOnServices: Bool) {
        switch kind {
        case .latency:
            guard let delay = figures.delay else { return nil }
            self = isOnServices ? .service(.latency(delay)) : .wire(.latency(delay))
        case .datagramLoss:
            guard let rate = figures.rate else { return nil }
            self = .wire(.datagramLoss(rate))
        case .loss:
            guard let rate = figures.rate else { return nil }
            self = .wire(.loss(rate))
        case .duplicate:
            guard let rate = figures.rate else { return nil }
            self = .wire(.duplicate(rate))
        case .reorder:
            guard let rate = figures.rate, let amount = figures.amount else { return nil }
            self = .wire(.reorder(rate, upTo: amount))
        case .bandwidth:
            guard let bandwidth = figures.bandwidth else { return nil }
            self = .wire(.bandwidth(bandwidth))
        case .reset: self = .wire(.reset(figures.rate ?? 1))
        case .blackhole: self = .wire(.blackhole)
        case .partition: self = .wire(.partition)
        case .clog: self = .wire(.clog)
        case .errors: self = .service(.errors(figures.rate ?? 1, status: figures.status ?? 500))
        case .hang: self = .service(.hang)
        case .zombie: self = .cell(.zombie)
        case .slow: self = .cell(.slow(figures.factor ?? FaultFigures.slowness))
        case .flap: self = .cell(.flap(figures.amount ?? FaultFigures.turn))
        case .lie: self = .cell(.lie(figures.rate ?? FaultFigures.lies))
        case .fillMemory: self = .cell(.fillMemory(figures.rate ?? FaultFigures.memory))
        case .amnesia: self = .cell(.amnesia(keepsID: figures.keepsID ?? false))
        case .kill: self = .process(.kill)
        case .pause: self = .process(.pause)
        case .leave: self = .process(.leave)
        case .late:
            guard let amount = figures.amount else { return nil }
            self = .process(.late(amount))
        case .destroy: self = .disk(.destroy)
        case .loseDisk: self = .disk(.lose)
        case .loseRows: self = .disk(.loseRows)
        case .fillDisk: self = .disk(.fill)
        case .skew:
            guard let amount = figures.amount else { return nil }
            self = .clock(.skew(amount))
        case .drift:
            guard let millionths = figures.millionths else { return nil }
            self = .clock(.drift(millionths))
        }
    }
}
