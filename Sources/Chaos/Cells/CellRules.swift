import Topology

/// All that one cell must know of faults on cells.
package struct CellRules: Sendable, Equatable {
    /// What becomes of it.
    package private(set) var effect = CellEffect()
    /// The faults that have a part in it, in their order.
    package private(set) var ids: [String] = []
    private var kinds: [FaultKind] = []

    /// - Parameters:
    ///   - cell: the name of the cell.
    ///   - region: where it is.
    ///   - zone: see `region`.
    ///   - faults: those in force.
    package init(cell: String, region: String, zone: String, faults: [Fault]) {
        let process = ProcessName(.cell, cell)
        for fault in faults {
            guard case .cell(let action) = fault.action,
                fault.targets.contains(where: { $0.contains(process, region: region, zone: zone) })
            else { continue }
            effect.add(action, id: fault.id)
            ids.append(fault.id)
            kinds.append(fault.kind)
        }
    }

    /// Adds to what each fault has struck what was counted meanwhile. Of several faults of a kind each is taken to have struck.
    ///
    /// - Parameters:
    ///   - struck: what was not answered, what was late, what failed, and what was refused for want of memory.
    ///   - hits: by the id of a fault.
    package func count(
        _ struck: (mute: UInt64, slow: UInt64, failed: UInt64, starved: UInt64), in hits: inout [String: UInt64]
    ) {
        for (id, kind) in zip(ids, kinds) {
            switch kind {
            case .zombie, .flap: hits[id, default: 0] &+= struck.mute
            case .slow: hits[id, default: 0] &+= struck.slow
            case .fillMemory: hits[id, default: 0] &+= struck.starved
            case .lie: hits[id, default: 0] &+= struck.failed
            // What it strikes is the next start, which nobody counts.
            default: hits[id] = nil
            }
        }
    }
}
