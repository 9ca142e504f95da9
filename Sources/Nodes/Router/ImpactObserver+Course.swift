import MeshBase
import Reports
import Sharding

/// When a window begins, goes on, and ends.
///
/// The end of a fault has consequences: members are declared dead by news of before, links are opened anew, breakers
/// stay open. They come while the fault is ending or soon after, and would count customers anew under another cell's name, or
/// under none. So what comes then belongs to the fault that it follows: it is counted in the window's total alone, and becomes a
/// window of its own only once it has lasted. A fault on a service is told exactly and waits for nothing.
extension ImpactObserver {
    /// A window that was opened again.
    struct Aftermath: Sendable {
        var began: Instant
        /// Of the window until then.
        var total: ImpactOutcomes
    }

    /// A doubt that lasts so long counts as a cell that is out.
    static let doubt = TimeAmount.seconds(1)
    /// What follows a fault and lasts so long is one of its own.
    static let lasting = TimeAmount.milliseconds(ImpactWindow.lasting)
    /// Cells that are back so long are out no more, although others still are; and what comes so soon after a fault follows it.
    static let recovery = TimeAmount.milliseconds(ImpactWindow.recovery)
    /// Nobody was harmed for so long.
    static let calm = TimeAmount.seconds(5)

    /// A cell stopped serving. `isFirm`: it is gone, not only in doubt.
    package mutating func faultBegan(_ cell: CellIndex, isFirm: Bool = true, now: Instant) {
        present.out.insert(cell)
        changed = now
        guard isOpen || goesOn(now: now) else { return open(now: now) }
        // One fault strikes many cells within moments.
        let isFresh = opened.map { now - $0 < Self.doubt } ?? true
        // One that was out and is again belongs to the same fault, such as a link that is opened anew at its end.
        let isNew = !counted.out.contains(cell)
        if isNew, isFresh || isFirm && !isEnding { adopt() } else { compare() }
    }

    /// A cell serves again.
    package mutating func faultEnded(_ cell: CellIndex, now: Instant) {
        guard present.out.contains(cell) else { return }
        present.out.remove(cell)
        changed = now
        compare()
        look(now: now)
    }

    /// Faults lie on services of these cells, and of no others.
    package mutating func strike(services cells: CellSet, now: Instant) {
        guard cells != present.impaired else { return }
        let hasMore = cells.contains { !present.impaired.contains($0) }
        present.impaired = cells
        hasStruckServices = !cells.isEmpty
        changed = now
        guard hasMore else {
            compare()
            return look(now: now)
        }
        if !isOpen { open(now: now) } else if aftermath != nil { renew() } else { adopt() }
    }

    /// Closes the window, or takes over what does harm now, once that has lasted.
    ///
    /// - Parameter placement: the version in force; nil leaves it open.
    package mutating func look(now: Instant, placement: UInt64? = nil) {
        if let placement {
            latest = placement
            version = version ?? placement
            isMoved = isMoved || placement != version
        }
        guard isOpen else { return }
        if present.isEmpty {
            let calmSince = lastHarm.map { max($0, changed) } ?? changed
            if lastHarm == nil || now - calmSince >= Self.calm {
                closed = calmSince
                aftermath = nil
            }
            return
        }
        guard !isSame else { return }
        let lasted = now - changed
        if aftermath != nil {
            if lasted >= Self.lasting { renew() }
        } else if !isEnding {
            if lasted >= Self.doubt { adopt() }
        } else if lasted >= (present.exceeds(counted) ? Self.lasting : Self.recovery) {
            adopt()
        }
    }

    /// Some of what did harm does no more.
    private var isEnding: Bool { aftermath != nil || counted.exceeds(present) }

    /// Whether what comes now follows the last fault: then its window is open again. A window that no cell explains, and one in
    /// which nobody was seen, has nothing that could be lost.
    mutating func goesOn(now: Instant) -> Bool {
        guard let ended = closed, now - ended < Self.recovery, !counted.isEmpty, counts.customers > 0 else {
            return false
        }
        closed = nil
        lastHarm = nil
        aftermath = Aftermath(began: now, total: counts.total)
        compare()
        return true
    }

    /// What followed the fault has lasted: it began a window of its own.
    private mutating func renew() {
        guard let own = aftermath else { return }
        aftermath = nil
        opened = own.began
        counts.total.subtract(own.total)
        adopt()
    }

    /// From now on customers are counted for what does harm now.
    mutating func adopt() {
        guard counted != present || phase == 0 || counts.customers == 0 else { return compare() }
        phase &+= 1
        (version, isMoved) = (latest, false)
        counted = present
        isSame = true
        counts = Summary(total: counts.total)
    }

    private mutating func compare() {
        isSame = counted == present
        // It is the same fault once more.
        if isSame, !present.isEmpty { aftermath = nil }
    }
}
