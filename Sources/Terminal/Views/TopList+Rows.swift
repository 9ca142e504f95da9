import MeshBase
import Reports

extension TopList {
    /// Services with whom they call, and what is the matter with calls of them.
    static func services(_ model: TopModel) -> TopList {
        let columns: [Column] = [
            .init("SERVICE", 12, importance: 1), .init("OPEN", 4, right: true, importance: 2),
            .init("CALLED BY", 12, importance: 5, sortable: false),
            .init("CALLS", 12, importance: 4, sortable: false), .init("FAULTS", 28, importance: 3),
        ]
        guard let shape = model.shape, let state = model.state else { return waiting(model, columns) }
        let services = shape.services
        let called = state.breakers.compactMap { model.gate($0).service }
        func open(_ row: Int) -> Int { called.count { $0 == services[row] } }
        func faults(_ row: Int) -> [String] {
            state.faults.filter { fault in
                fault.targets.contains { $0 == "service/\(services[row])" || $0.hasSuffix("/service/\(services[row])") }
            }.map { "\($0.id) \($0.what ?? $0.kind)" }
        }
        func names(_ places: [Int]) -> String {
            places.isEmpty ? "-" : places.map { services[$0] }.joined(separator: " ")
        }
        return TopList(
            model, columns: columns, count: services.count, id: { services[$0] }, match: { services[$0] },
            trouble: { open($0) + faults($0).count },
            key: { row, title in
                switch title {
                case "SERVICE": .text(services[row])
                case "OPEN": .number(Double(open(row)))
                case "FAULTS": .number(Double(faults(row).count))
                default: .unknown
                }
            }, empty: "there is no service"
        ) { row in
            let (open, faults) = (open(row), faults(row))
            return [
                Cell(services[row]), Cell("\(open)", open > 0 ? .warn : .plain),
                Cell(names(shape.edges.filter { $0[1] == row }.map { $0[0] }), .dim),
                Cell(names(shape.edges.filter { $0[0] == row }.map { $0[1] }), .dim),
                Cell(faults.isEmpty ? "-" : faults.joined(separator: ", "), faults.isEmpty ? .dim : .warn),
            ]
        }
    }

    /// Gates that are not closed.
    static func breakers(_ model: TopModel) -> TopList {
        let columns: [Column] = [
            .init("GATE", 28, importance: 1), .init("STATE", 11, importance: 2),
            .init("SINCE", 12, right: true, importance: 4), .init("FAILED", 6, right: true, importance: 3),
            .init("CALLS", 6, right: true, importance: 5),
        ]
        guard let state = model.state else { return waiting(model, columns) }
        let breakers = state.breakers
        let names = breakers.map { model.gate($0).name }
        return TopList(
            model, columns: columns, count: breakers.count, id: { names[$0] },
            match: { "\(names[$0]) \(breakers[$0].state)" },
            key: { row, title in
                switch title {
                case "GATE": .text(names[row])
                case "STATE": .text(breakers[row].state)
                case "SINCE": .number(Double(state.t - breakers[row].since))
                case "FAILED": breakers[row].failure.map { .number($0) } ?? .unknown
                case "CALLS": .number(Double(breakers[row].calls))
                default: .unknown
                }
            }, empty: "every breaker is closed"
        ) { row in
            let breaker = breakers[row]
            return [
                Cell(names[row]), Cell(breaker.state, breaker.state == "open" ? .bad : .warn),
                Cell(Figures.span(milliseconds: state.t - breaker.since)), Cell(Figures.percent(breaker.failure)),
                Cell("\(breaker.calls)"),
            ]
        }
    }

    /// Faults in force.
    static func faults(_ model: TopModel) -> TopList {
        let columns: [Column] = [
            .init("FAULT", 6, importance: 1), .init("WHAT", 26, importance: 2),
            .init("HEALS IN", 12, right: true, importance: 4), .init("HITS", 12, right: true, importance: 5),
            .init("WHERE", 20, importance: 3),
        ]
        guard let state = model.state else { return waiting(model, columns) }
        let faults = state.faults
        return TopList(
            model, columns: columns, count: faults.count, id: { faults[$0].id },
            match: {
                "\(faults[$0].id) \(faults[$0].what ?? faults[$0].kind) \(faults[$0].targets.joined(separator: " "))"
            },
            key: { row, title in
                switch title {
                case "FAULT": .text(faults[row].id)
                case "WHAT": .text(faults[row].what ?? faults[row].kind)
                case "HEALS IN": faults[row].until.map { .number(Double($0)) } ?? .unknown
                case "HITS": faults[row].hits.map { .number(Double($0)) } ?? .unknown
                case "WHERE": .text(faults[row].targets.joined(separator: " "))
                default: .unknown
                }
            }, empty: "no fault is in force"
        ) { row in
            let fault = faults[row]
            let hits = fault.hits.map { $0 == 0 ? "hits nothing" : Wording.count(Int(clamping: $0)) } ?? "-"
            return [
                Cell(fault.id), Cell(fault.what ?? fault.kind, .warn),
                Cell(fault.until.map { Figures.span(milliseconds: $0 - state.t) } ?? "-"),
                Cell(hits, fault.hits == 0 ? .warn : .plain), Cell(fault.targets.joined(separator: " | ")),
            ]
        }
    }

    /// Who says what of each cell.
    static func members(_ model: TopModel) -> TopList {
        let columns: [Column] = [
            .init("MEMBER", model.shape?.nameWidth ?? 6, importance: 1), .init("STATE", 11, importance: 2),
            .init("PROCESS", 8, importance: 4), .init("GOSSIP", 7, importance: 3),
            .init("TRAFFIC", 7, importance: 5), .init("NEWS", 8, right: true, importance: 8),
            .init("ZONE", model.shape?.zoneWidth ?? 4, importance: 7),
            .init("NOTE", 12, importance: 6, sortable: false),
        ]
        guard let shape = model.shape, let state = model.state else { return waiting(model, columns) }
        let doubts = model.doubts
        return TopList(
            model, columns: columns, count: min(shape.cells.count, state.cells.count), id: { shape.cells[$0] },
            match: { "\(shape.cells[$0]) \(shape.zones[$0]) \(TopModel.state($0, state))" },
            trouble: { TopModel.condition($0, state) == .differ ? 5 : TopModel.trouble($0, state) },
            key: { cell, title in
                switch title {
                case "MEMBER": .text(shape.cells[cell])
                case "STATE": .text(TopModel.state(cell, state).rawValue)
                case "PROCESS": .text(state.cells.process(of: cell).rawValue)
                case "GOSSIP": .text(state.cells.gossip(of: cell).rawValue)
                case "TRAFFIC": .text(state.cells.traffic(of: cell).rawValue)
                case "NEWS": TopModel.value(state, cell, .age).map { .number($0) } ?? .unknown
                case "ZONE": .text(shape.zones[cell])
                default: .unknown
                }
            }, empty: "there is no cell"
        ) { cell in
            let differ = TopModel.condition(cell, state) == .differ
            let witness = differ ? Tone.warn : .plain
            let age = TopModel.value(state, cell, .age)
            return [
                Cell(shape.cells[cell]), Cell(stateText(cell, state, model), TopModel.tone(cell, state)),
                Cell(state.cells.process(of: cell).rawValue, witness),
                Cell(state.cells.gossip(of: cell).rawValue, witness),
                Cell(state.cells.traffic(of: cell).rawValue, witness),
                Cell(age.map { $0 == 0 ? "now" : Figures.roughly(milliseconds: Int64($0) * 1_000) } ?? "never"),
                Cell(shape.zones[cell], .dim),
                Cell(
                    differ
                        ? "witnesses differ"
                        : doubts[shape.cells[cell]].map {
                            "\($0.event.action) by \(TopModel.observers($0))"
                        } ?? "", differ ? .warn : .dim),
            ]
        }
    }

    /// Requests that were followed, the newest first.
    static func traces(_ model: TopModel) -> TopList {
        let columns: [Column] = [
            .init("TRACE", 12, importance: 1), .init("TIME", 8, importance: 6), .init("CUSTOMER", 8, importance: 5),
            .init("SERVICE", 12, importance: 3), .init("STATUS", 6, right: true, importance: 2),
            .init("TOOK", 6, right: true, importance: 4), .init("KEPT", 11, importance: 8),
            .init("POLICY", 10, importance: 7), .init("FAULTS", 8, importance: 9, sortable: false),
        ]
        let traces = model.traces ?? []
        return TopList(
            model, columns: columns, count: traces.count, id: { traces[$0].trace },
            match: {
                let head = traces[$0]
                return "\(head.trace) \(head.customer) \(head.service) \(head.status) \(head.policy) "
                    + "\(head.kept ?? "") \((head.cells ?? []).joined(separator: " ")) "
                    + (head.faults ?? []).joined(separator: " ")
            },
            key: { row, title in
                switch title {
                case "TRACE": .text(traces[row].trace)
                case "TIME": .number(traces[row].began)
                case "CUSTOMER": .text(traces[row].customer)
                case "SERVICE": .text(traces[row].service)
                case "STATUS": .number(Double(traces[row].status))
                case "TOOK": traces[row].durationMilliseconds.map { .number($0) } ?? .unknown
                case "KEPT": .text(traces[row].kept ?? "")
                case "POLICY": .text(traces[row].policy)
                default: .unknown
                }
            },
            empty: model.traces == nil
                ? "asking the processes" : "no trace: requests are followed with 'X-Explain: 1', and when they fail"
        ) { row in
            let head = traces[row]
            let tone: Tone = head.status >= 500 || head.status == 429 ? .bad : .plain
            return [
                Cell(String(head.trace.prefix(12))), Cell(Figures.clock(milliseconds: Int64(head.began)), .dim),
                Cell(head.customer), Cell(head.service), Cell("\(head.status)", tone),
                Cell(Figures.milliseconds(head.durationMilliseconds)), Cell(head.kept ?? "-", .dim),
                Cell(head.policy.isEmpty ? "-" : head.policy),
                Cell((head.faults ?? []).isEmpty ? "-" : (head.faults ?? []).joined(separator: " ")),
            ]
        }
    }
}
