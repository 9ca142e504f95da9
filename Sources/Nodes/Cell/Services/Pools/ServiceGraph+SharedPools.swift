import MeshBase
import Resilience

/// Connections that all cells take from one pool (A8). A connection in use stands for a permit of it, which the driver has; a permit
/// whose connection another call of this cell waits for goes on to that one, and nobody else gets it: so one cell can keep all.
extension ServiceGraph {
    /// How often those that wait look for a permit that another cell has given back.
    static let sharedLook = TimeAmount.milliseconds(5)

    /// Whether there is a permit for a connection of a use; always where the pool is the cell's own.
    func takePermit(_ use: Int, into sink: inout some CellSink) -> Bool {
        policies.connections[use].shared.map { sink.takePermit($0) } ?? true
    }

    /// A connection came back, and nobody of this cell waits for it.
    mutating func returnPermit(_ use: Int) {
        if policies.connections[use].shared != nil { freedPermits.append(use) }
    }

    /// What came back in this turn is there for the other cells.
    mutating func returnPermits(into sink: inout some CellSink) {
        while let use = freedPermits.popLast() {
            if let pool = policies.connections[use].shared { sink.returnPermit(pool) }
        }
    }

    /// Whether who waits looks again; to be called whenever one begins to wait.
    mutating func lookAtPermits(_ use: Int, now: Instant) {
        guard policies.connections[use].shared != nil, connections[use].waiting > 0 else { return }
        if !timers.isArmed(.permits(use)) { timers.arm(.permits(use), at: now + Self.sharedLook) }
    }

    /// Those that wait have what other cells gave back.
    mutating func lookForPermits(_ use: Int, now: Instant, into sink: inout some CellSink) {
        while connections[use].waiting > 0, takePermit(use, into: &sink) {
            guard handOut(use, now: now) else {
                returnPermit(use)
                break
            }
        }
        lookAtPermits(use, now: now)
    }
}
