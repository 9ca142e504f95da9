import MeshBase
import Nodes
import Reports

extension CellHost {
    /// By the id of each fault that concerns this cell: what it has struck here, on the wire, of the services and of the store.
    var faultHits: [String: UInt64] {
        serviceHits.byFault(counted: node.pointee.faultsOnServices().map(\.counters), node.pointee.cellFaults)
            .merging(runtime.wire.hitsByFault, uniquingKeysWith: &+)
            .merging(store?.diskHits ?? [:], uniquingKeysWith: &+)
    }

    /// What faults have struck here in this life, in the order of `FaultKind.followed`.
    var faultHitsByKind: [UInt64] {
        zip(
            serviceHits.byKind(counted: node.pointee.faultsOnServices().map(\.counters), node.pointee.cellFaults),
            runtime.wire.hitsByKind
        )
        .map { $0 &+ $1 }
    }

    /// What the cell says of itself, with what only its process knows; as much as there is.
    var vitals: CellVitals {
        let now = runtime.loop.now()
        var vitals = node.pointee.vitals(now: now)
        vitals.boot = String(runtime.settings.boot, radix: 16)
        vitals.condition?.storeBroken = store.map { $0.isBroken }
        vitals.storeWaiting = store.map { $0.queue.count }
        let hits = faultHits
        if !hits.isEmpty { vitals.faults = hits }
        vitals.host = runtime.hostMeter.host(now)
        vitals.news = runtime.events.news
        let ended = node.pointee.traces.last
        if ended != TraceCursor() { vitals.traces = ended }
        return vitals
    }
}
