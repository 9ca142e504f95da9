import MeshBase
import Nodes
import Reports
import Sharding
import Topology
import Wire

extension RouterHost {
    /// What a router answers on its admin address.
    ///
    /// - Parameter host: called with each request, never here.
    package static func routes(_ host: @escaping () -> RouterHost) -> HTTPRouteTable {
        var table = HTTPRouteTable()
        table.add(host)
        table.read("/v1/vitals", keys: ["part"], "What it reaches and counts; `part=reach`: the cells that it reaches")
        { call in
            switch call.query["part"] {
            case nil: return .document(ReportJSON.encode(host().vitals))
            case "reach"?: return .json(RouterPages.reach(host().node))
            case .some: return .refusal(400, "There is one part: reach.")
            }
        }
        table.read("/v1/figures", "How its attempts at each cell ended, and how long they took") { _ in
            .document(ReportJSON.encode(host().figures))
        }
        table.read("/v1/moves", "What customers on the way between two placements saw") { _ in
            .json(RouterPages.moves(host().node, now: host().runtime.loop.now()))
        }
        table.read("/v1/impact", "How many customers are lost, degraded and untouched") { _ in
            .json(RouterPages.impact(host().node, now: host().runtime.loop.now()))
        }
        table.read("/v1/impact/customers", "The same customer by customer, the first page") { _ in
            .json(RouterPages.customers(host().node, from: 0, now: host().runtime.loop.now()))
        }
        table.read("/v1/impact/customers/{from}", "The page behind a page's `next`") { call in
            guard let from = Int(call.parts[0]), from >= 0 else { return nil }
            return .json(RouterPages.customers(host().node, from: from, now: host().runtime.loop.now()))
        }
        return table
    }
}

extension RouterHost: TellingHost {
    var healthReport: CellHealthReport { health.report }

    var healthFacts: HealthPages.Facts {
        var facts = HealthPages.Facts()
        facts.isStopping = isStopping
        facts.isAlone = runtime.membership.isAlone
        facts.hasStarted = health.isStarted
        return facts
    }

    var readiness: HTTPPage {
        if isStopping { return .unavailable("stopping") }
        if runtime.membership.isAlone { return .unavailable("joining") }
        return isServing ? .ok("serving") : .unavailable("no-cell")
    }

    var metricsText: String {
        RouterMetrics.text(
            node, health: health.report, front: front, admin: admin, links: links, nap: nap, runtime: runtime)
    }

    var breakersText: String { GatesPage.text(node.pointee.gateViews(now: runtime.loop.now())) }

    func tracesText(_ wanted: TracesPage.Wanted) -> String? {
        tracesPage.text(wanted, node.pointee.traces.log)
    }

    func endedTraces(after cursor: TraceCursor) -> String {
        let (text, upTo) = tracesPage.ended(after: cursor, node.pointee.traces.log)
        node.pointee.tellTraces(upTo: upTo)
        return text
    }

    private var tracesPage: TracesPage {
        runtime.tracesPage(name: runtime.settings.name) { [node, runtime] customer in
            node.pointee.shard(of: CustomerHash(customer)).map { runtime.settings.topology.cells[$0.position].name }
        }
    }

    func membersText(_ wanted: MembersPage.Wanted) -> String {
        MembersPage.page(wanted, node.pointee.gossip, now: runtime.loop.now(), wall: runtime.loop.wallClock())
    }

    func answer(ping datagram: [UInt8]) -> HTTPPage? {
        GossipStream.page(datagram, &node.pointee.gossip, runtime, into: &io.pointee)
    }
}
