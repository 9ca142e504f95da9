import MeshBase
import Nodes
import Reports

extension RouterHost {
    /// What the router says of itself, with what only its process knows.
    var vitals: RouterVitals {
        let now = runtime.loop.now()
        var vitals = node.pointee.vitals(&customerOrder, now: now)
        vitals.router = runtime.settings.name
        vitals.boot = String(runtime.settings.boot, radix: 16)
        let hits = runtime.wire.hitsByFault
        if !hits.isEmpty { vitals.faults = hits }
        vitals.host = runtime.hostMeter.host(now)
        vitals.news = runtime.events.news
        let ended = node.pointee.traces.log.last
        if ended != TraceCursor() { vitals.traces = ended }
        return vitals.bounded
    }
}
