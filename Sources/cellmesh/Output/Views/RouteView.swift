import ControlPlane
import MeshBase
import Reports
import Sharding
import Topology

/// `route explain`: a customer's shard, in the customer's order.
struct RouteView {
    let document: RouteReport
    let report: Report

    /// Several customers.
    static func list(_ views: [RouteView]) -> Report {
        Report(RoutesReport(customers: views.map(\.document)), names: views.flatMap(\.report.names)) { style in
            views.map { $0.report.table(style) }.joined(separator: "\n")
        }
    }

    init(_ model: StoredMesh, customer: String, status: MeshStatus?) {
        let topology = model.topology
        let hash = CustomerHash(customer)
        let assignment = model.placement.assignment(of: hash)
        let cells = assignment.inForce.map { topology.cells[$0.position] }
        let other = assignment.other.map { topology.cells[$0.position] }
        // Joint: the joining shard's order comes first, then who is in the old one alone.
        let order = assignment.phase == .joint ? other + cells.filter { !other.contains($0) } : cells
        let states = cells.map { cell in status.map { $0.state(of: cell.name)?.state.rawValue ?? "unknown" } }
        let serving = status.flatMap { status in order.first { status.serves($0.name) }?.name }
        let byRouter = (status?.report.routers ?? []).map { router in
            (router: router.name, cell: order.first { status?.reaches(router.name, $0.name) ?? false }?.name)
        }
        let phase = UnitWords.name(assignment.phase)
        let leaving = assignment.phase == .new ? other.map(\.name) : nil
        let geography = model.placement.geography(of: hash)
        let cohort = model.table.cohort(of: hash)
        let isPinned = model.table.entries[cohort].pin(of: hash) != nil
        let spread = model.placement.spread(of: hash).rawValue
        let joining =
            assignment.phase == .joint ? assignment.other.map { topology.cells[$0.position].name } : nil

        // Whatever brought it there: a geography of one region, a pin by hand, a spread finer than regions.
        let regions = Set(cells.map(\.region))
        let isAlone = regions.count == 1 && cells.count > 1 && topology.cells.contains { !regions.contains($0.region) }
        let only = isAlone ? cells.first.map { topology.regions[$0.region].name } : nil

        var document = RouteReport(
            customer: customer, epoch: assignment.epoch.rawValue, shard: cells.map(\.name), spread: spread,
            cohort: cohort, phase: phase)
        document.serving = serving
        document.geography = geography
        document.pinned = isPinned
        document.byRouter = byRouter.map { RouteReport.Route(router: $0.router, serving: $0.cell) }
        document.joining = joining
        document.leaving = leaving
        document.members = zip(cells, states).map { cell, state in
            let region = topology.regions[cell.region]
            return RouteReport.Member(
                cell: cell.name, region: region.name, zone: region.zones[cell.zone], state: state)
        }
        self.document = document
        report = Report(document, names: cells.map { "cell/\($0.name)" }) { style in
            var facts = ["epoch \(assignment.epoch.rawValue)", "cohort \(cohort)", "spread over \(spread)s"]
            if phase != "stable" { facts.append("\(phase)") }
            if let geography { facts.append("never leaves geography \(geography)") }
            if isPinned { facts.append("pinned by hand") }
            if let only { facts.append("all of it in region \(only), lost with it") }
            let isNone = topology.customers.number(of: customer) == nil
            var text = isNone ? "'\(customer)' is no customer of the topology; where it would be:\n" : ""
            text += "customer \(customer): \(facts.joined(separator: ", "))\n\n"
            var table = style.table([
                .init("ORDER", .right), .init("CELL"), .init("REGION"), .init("ZONE"), .init("STATE"), .init("SERVES"),
            ])
            for (position, cell) in cells.enumerated() {
                let region = topology.regions[cell.region]
                let state = states[position] ?? "-"
                table.add([
                    .init(position + 1), .init(cell.name), .init(region.name), .init(region.zones[cell.zone]),
                    .init(state, Wording.style(ofState: state)), .init(cell.name == serving ? "yes" : ""),
                ])
            }
            text += table.render()
            if Set(byRouter.map(\.cell)).count > 1 {
                for entry in byRouter {
                    text += "through \(entry.router): \(entry.cell.map { "\($0) serves" } ?? "no cell is reached")\n"
                }
            }
            if let joining {
                text +=
                    "\nmoving (joint) to: \(joining.joined(separator: ", ")); majorities of both shards are needed\n"
            }
            if let leaving {
                text +=
                    "\nmoved (new) from: \(leaving.joined(separator: ", ")), which keep the records until the release\n"
            }
            if cells.isEmpty { text += "no cell is eligible: every region of the customer's geography is evacuated\n" }
            return text
        }
    }
}
