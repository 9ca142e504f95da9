import Reports
import Telemetry

/// `status`: the mesh, its cells, routers and control plane.
enum StatusView {
    static func make(_ status: StatusReport) -> Report {
        let names = status.cells.map { "cell/\($0.name)" } + status.routers.map { "router/\($0.name)" }
        return Report(status, names: names) { style in
            let faults = status.faults ?? []
            return [headline(status, style), cells(status, style), others(status, style)].joined(separator: "\n")
                + alerts(status) + troubles(status) + failing(status) + kept(status) + reasons(status)
                + (faults.isEmpty ? "" : "\n" + FaultsView.table(faults, style))
        }
    }

    private static func headline(_ status: StatusReport, _ style: TableStyle) -> String {
        let (count, word) = (MeshStatus(status).count, MeshStatus(status).word)
        let why = (status.headline?.why ?? []).map { ", \($0)" }.joined()
        return "mesh \(status.mesh) is \(style.painted(word, Wording.style(ofState: word))): "
            + "\(count.serving) of \(Wording.plural(count.taking, "cell")) serving"
            + "\(count.degraded > 0 ? ", \(count.degraded) of them degraded" : "")\(count.others)\(why), "
            + "seed \(status.seed), epoch \(status.epoch)\n" + moves(status)
    }

    /// Which regions no customer uses, and what is under way.
    private static func moves(_ status: StatusReport) -> String {
        var text = ""
        if let halt = status.halt {
            text += "halted since \(halt.since)\(halt.reason.map { " (\($0))" } ?? ""): no faults are let in\n"
        }
        if let drill = status.drill { text += "drill \(drill.name) runs: \(drill.step)\n" }
        if let monkey = status.monkey { text += "the monkey is loose: \(monkey.text)\n" }
        if let regions = status.evacuated, !regions.isEmpty {
            text += "evacuated: \(regions.map { "region/\($0)" }.joined(separator: ", "))\n"
        }
        if let evacuation = status.evacuation { text += EvacuationView.line(evacuation) + "\n" }
        if let rollout = status.rollout { text += RolloutView.line(rollout) + "\n" }
        return text
    }

    private static func cells(_ status: StatusReport, _ style: TableStyle) -> String {
        // As long as all cells run what they were founded with, there is nothing to tell apart.
        let hasVersions = status.cells.contains { $0.version != nil }
        var table = style.table(
            [
                .init("CELL"), .init("REGION"), .init("ZONE"), .init("STATE"), .init("HEALTH", .right),
                .init("CUSTOMERS", .right), .init("ADDRESS"), .init("PID", .right, wide: true),
            ] + (hasVersions ? [.init("VERSION", .right)] : []))
        for cell in status.cells {
            let state = cell.state.rawValue
            table.add(
                [
                    .init(cell.name), .init(cell.region), .init(cell.zone), .init(state, Wording.style(ofState: state)),
                    .init(cell.healthScore.map { Wording.fixed($0, 2) } ?? "-", health(cell)),
                    .init(cell.customers.map { Wording.count($0) } ?? "-"), .init(cell.address ?? "-"),
                    .init(number(cell.pid)),
                ] + (hasVersions ? [.init(number(cell.version))] : []))
        }
        return table.render()
    }

    private static func others(_ status: StatusReport, _ style: TableStyle) -> String {
        var table = style.table([
            .init("PROCESS"), .init("STATE"), .init("REACHES", .right), .init("ADDRESS"),
            .init("PID", .right, wide: true),
        ])
        for router in status.routers {
            table.add([
                .init("router/\(router.name)"),
                .init(router.state?.rawValue ?? "-", Wording.style(ofState: router.state?.rawValue ?? "")),
                .init(router.reaches.map { "\($0) cells" } ?? "-"), .init(router.address ?? "-"),
                .init(number(router.pid)),
            ])
        }
        let control = status.control
        table.add([
            control.pid == nil ? .init("control", .red) : .init("control"),
            control.pid == nil ? .init("down", .red) : .init("serving", .green), .init("-"),
            .init(control.address ?? "not running"), .init(number(control.pid)),
        ])
        return table.render()
    }

    private static func health(_ cell: StatusReport.Cell) -> TableWriter.Style {
        switch cell.health {
        case "healthy": .green
        case nil: .plain
        case "degraded": .yellow
        default: .red
        }
    }

    /// What fires, a line each.
    private static func alerts(_ status: StatusReport) -> String {
        guard let alerts = status.alerts, !alerts.isEmpty else { return "" }
        return "\n" + alerts.map { "alert: \($0.name) \($0.subject)\n" }.joined()
    }

    /// Stores that do not do what they should, a line for each kind.
    private static func troubles(_ status: StatusReport) -> String {
        let text = ["store-full", "store-broken"].compactMap { trouble -> String? in
            let cells = status.cells.filter { $0.trouble == trouble }.map { "cell/\($0.name)" }
            guard !cells.isEmpty else { return nil }
            let names = cells.prefix(3).joined(separator: ", ")
            let more = cells.count > 3 ? " and \(cells.count - 3) more" : ""
            return "\(WhyView.trouble(trouble)): \(names)\(more)\n"
        }.joined()
        return text.isEmpty ? "" : "\n" + text
    }

    /// Services that fail, a line each, the worst first: all processes may serve while they do.
    private static func failing(_ status: StatusReport) -> String {
        var found: [String: [(cell: String, score: Double)]] = [:]
        for cell in status.cells {
            for failing in cell.failing ?? [] { found[failing.service, default: []].append((cell.name, failing.score)) }
        }
        let lines = found.map { service, cells -> (score: Double, line: String) in
            let worst = cells.min { ($0.score, $0.cell) < ($1.score, $1.cell) }!
            return (
                worst.score,
                "failing: service/\(service) in \(Wording.plural(cells.count, "cell")), at worst "
                    + "\(Wording.fixed(worst.score, 2)) of 1 well (cell/\(worst.cell))\n"
            )
        }
        let text = lines.sorted { ($0.score, $0.line) < ($1.score, $1.line) }.map(\.line).joined()
        return text.isEmpty ? "" : "\n" + text
    }

    /// What stores keep until every member has it: hints and tombstones, a line each where there are any.
    private static func kept(_ status: StatusReport) -> String {
        var text = ""
        let hints = status.cells.compactMap { cell -> (name: String, count: Int, oldest: Double)? in
            guard let count = cell.hints, count > 0 else { return nil }
            return (cell.name, count, Double(cell.oldestHint ?? 0))
        }
        if let oldest = hints.max(by: { $0.oldest < $1.oldest }) {
            text +=
                "hints: \(Wording.plural(hints.reduce(0) { $0 + $1.count }, "record")) at "
                + "\(Wording.plural(hints.count, "cell")) that some member may lack, the oldest for "
                + "\(Wording.time(milliseconds: oldest.oldest)) (cell/\(oldest.name))\n"
        }
        if let tombstones = status.tombstones, tombstones.swept > 0 || tombstones.waiting > 0 {
            text +=
                "tombstones: \(Wording.count(Int(clamping: tombstones.swept))) collected, "
                + "\(Wording.count(Int(clamping: tombstones.waiting))) wait until every member has them\n"
        }
        return text.isEmpty ? "" : "\n" + text
    }

    /// Why processes did not start, one line each.
    private static func reasons(_ status: StatusReport) -> String {
        let failed =
            status.cells.compactMap { cell in cell.reason.map { ("cell/\(cell.name)", $0) } }
            + status.routers.compactMap { router in router.reason.map { ("router/\(router.name)", $0) } }
        return failed.isEmpty ? "" : "\n" + failed.map { "\($0.0) did not start: \($0.1)\n" }.joined()
    }

    static func number(_ value: (some BinaryInteger)?) -> String { value.map { "\($0)" } ?? "-" }
}
