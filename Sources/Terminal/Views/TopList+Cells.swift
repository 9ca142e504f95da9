import MeshBase
import Reports

extension TopList {
    static func cells(_ model: TopModel, _ charset: Charset) -> TopList {
        let columns: [Column] = [
            .init("CELL", model.shape?.nameWidth ?? 6, importance: 1),
            .init("ZONE", model.shape?.zoneWidth ?? 4, importance: 13),
            .init("STATE", 11, importance: 2), .init("LOAD", 6, right: true, importance: 4),
            .init("", 8, importance: 10, sortable: false), .init("REQ/S", 6, right: true, importance: 3),
            .init("ERR", 6, right: true, importance: 5), .init("P50", 5, right: true, importance: 11),
            .init("P99", 5, right: true, importance: 6), .init("Q", 4, right: true, importance: 8),
            .init("BRK", 3, right: true, importance: 9), .init("GOSSIP", 7, importance: 12),
            .init("NOTE", 16, importance: 7, sortable: false),
        ]
        guard let shape = model.shape, let state = model.state else { return waiting(model, columns) }
        let (gates, doubts) = (model.gates(state), model.doubts)
        func value(_ cell: Int, _ field: FeedField) -> Double? { TopModel.value(state, cell, field) }
        return TopList(
            model, columns: columns, count: min(shape.cells.count, state.cells.count), id: { shape.cells[$0] },
            match: {
                "\(shape.cells[$0]) \(shape.zones[$0]) \(TopModel.state($0, state)) \(TopModel.condition($0, state).rawValue)"
            },
            trouble: { TopModel.trouble($0, state) },
            key: { cell, title in
                let number = { (field: FeedField) in value(cell, field).map { SortKey.number($0) } ?? SortKey.unknown }
                return switch title {
                case "CELL": .text(shape.cells[cell])
                case "ZONE": .text(shape.zones[cell])
                case "STATE": .text(TopModel.state(cell, state).rawValue)
                case "LOAD": number(.util)
                case "REQ/S": number(.rps)
                case "ERR": number(.err)
                case "P50": number(.p50)
                case "P99": number(.p99)
                case "Q": number(.waiting)
                case "BRK": .number(Double(gates[shape.cells[cell]]?.count ?? 0))
                case "GOSSIP": number(.gossip)
                default: .unknown
                }
            }, empty: "there is no cell"
        ) { cell in
            let name = shape.cells[cell]
            let err = value(cell, .err)
            let util = value(cell, .util)
            let breakers = gates[name]?.count ?? 0
            let gossip = state.cells.gossip(of: cell)
            return [
                Cell(name), Cell(shape.zones[cell], .dim),
                Cell(stateText(cell, state, model), TopModel.tone(cell, state)),
                Cell(Figures.percent(util), util.map { $0 > 0.8 ? .warn : .plain } ?? .dim),
                Cell(charset.spark(model.load(of: cell), columns: 8), .dim),
                Cell(Figures.rate(value(cell, .rps))),
                Cell(Figures.percent(err, 1), err.map { $0 >= 0.01 ? .bad : $0 > 0 ? .warn : .plain } ?? .dim),
                Cell(Figures.milliseconds(value(cell, .p50))), Cell(Figures.milliseconds(value(cell, .p99))),
                Cell(value(cell, .waiting).map { Figures.fixed($0, 0) } ?? "-"),
                Cell("\(breakers)", breakers > 0 ? .warn : .plain),
                Cell(gossip == .unknown ? "-" : gossip.rawValue, tone(gossip)),
                Cell(
                    note(cell, state, model, gates: gates[name] ?? [], doubt: doubts[name]),
                    TopModel.trouble(cell, state) > 0 ? .warn : .dim),
            ]
        }
    }

    /// Nothing has come yet.
    static func waiting(_ model: TopModel, _ columns: [Column]) -> TopList {
        TopList(
            model, columns: columns, count: 0, id: { _ in "" }, match: { _ in "" }, key: { _, _ in .unknown },
            empty: "waiting for the control plane"
        ) { _ in [] }
    }

    static func stateText(_ cell: Int, _ state: FeedState, _ model: TopModel) -> String {
        let word = TopModel.state(cell, state)
        guard word.isOut, let age = model.age(of: cell, state) else { return word.rawValue }
        let text = "\(word.rawValue) \(Figures.roughly(milliseconds: age))"
        return text.count <= 11 ? text : word.rawValue
    }

    static func tone(_ gossip: GossipWitness) -> Tone {
        switch gossip {
        case .alive: .plain
        case .suspect, .unknown: .warn
        case .dead: .bad
        case .left: .dim
        }
    }

    /// Why a cell is not well, and what comes of it.
    static func note(
        _ cell: Int, _ state: FeedState, _ model: TopModel, gates: [FeedBreaker], doubt: FeedEvents.Event?
    ) -> String {
        var parts: [String] = []
        let isOut = TopModel.state(cell, state).isOut
        switch TopModel.condition(cell, state) {
        case .none: break
        case .differ:
            let process = state.cells.process(of: cell)
            let gossip = state.cells.gossip(of: cell)
            let traffic = state.cells.traffic(of: cell)
            parts.append("witnesses differ: process \(process), gossip \(gossip), traffic \(traffic)")
        case .silent where isOut: break
        case .silent:
            let age = TopModel.value(state, cell, .age) ?? 0
            parts.append(age > 0 ? "no news for \(Figures.roughly(milliseconds: Int64(age) * 1_000))" : "no news yet")
        case .partly: parts.append("some routers do not reach it")
        case let other: parts.append(other.phrase)
        }
        if isOut {
            if let doubt { parts.append("\(doubt.event.action) by \(TopModel.observers(doubt))") }
            if let firsts = model.shape?.firsts, firsts[cell] > 0 {
                let served = state.impact.predicted.lost == 0
                parts.append(
                    "\(Wording.plural(firsts[cell], "customer")) \(served ? "served elsewhere" : "had it first")")
            }
        }
        if let worst = gates.first {
            parts.append(model.gateText(worst, state.t) + (gates.count > 1 ? " and \(gates.count - 1) more" : ""))
        }
        let places = model.shape?.places(of: cell) ?? []
        for fault in state.faults where fault.targets.contains(where: { places.contains($0) }) {
            parts.append("fault \(fault.id) \(fault.what ?? fault.kind)")
        }
        return parts.joined(separator: "; ")
    }
}
