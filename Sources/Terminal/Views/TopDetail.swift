import MeshBase
import Reports

/// All of one cell.
enum TopDetail {
    static func lines(_ name: String, _ model: TopModel, width: Int) -> [ScreenLine] {
        guard let shape = model.shape, let state = model.state, let cell = shape.cells.firstIndex(of: name),
            cell < state.cells.count
        else { return [ScreenLine("there is no cell \(name) any more", .warn)] }
        func value(_ field: FeedField) -> Double? { TopModel.value(state, cell, field) }
        var head = ScreenLine(name, isBold: true)
        head.add("  \(shape.zones[cell])  ", .dim)
        head.add(TopList.stateText(cell, state, model), TopModel.tone(cell, state))
        let note = TopList.note(
            cell, state, model, gates: model.gates(state)[name] ?? [], doubt: model.doubts[name])
        var lines = [ScreenLine(), head]
        if !note.isEmpty { lines.append(ScreenLine(note, TopModel.trouble(cell, state) > 0 ? .warn : .dim)) }
        lines.append(ScreenLine())
        lines.append(
            ScreenLine(
                "witnesses  process \(state.cells.process(of: cell))  gossip \(state.cells.gossip(of: cell))  traffic "
                    + "\(state.cells.traffic(of: cell))"))
        lines.append(
            ScreenLine(
                "traffic    \(Figures.rate(value(.rps))) req/s over 10 s  err \(Figures.percent(value(.err), 1))  "
                    + "p50 \(Figures.latency(value(.p50)))  p99 \(Figures.latency(value(.p99)))"))
        lines.append(
            ScreenLine(
                "load       \(Figures.percent(value(.util)))  waiting \(value(.waiting).map { Figures.fixed($0, 0) } ?? "-")"
                    + "  shed \(Figures.rate(value(.shed)))/s  retries \(Figures.percent(value(.retry), 1))  "
                    + "loop late \(Figures.latency(value(.lag)))"))
        if let firsts = shape.firsts {
            let holds = shape.shards.count { $0.contains(cell) }
            lines.append(
                ScreenLine("customers  \(Wording.count(firsts[cell])) have it first, \(Wording.count(holds)) in all"))
        }
        lines += vitals(model.details[name], isOld: value(.age) ?? 1 > 0)
        let events = model.events.filter { $0.event.id == name }.suffix(6)
        if !events.isEmpty { lines.append(ScreenLine()) }
        return lines + events.reversed().map { TopModel.line($0) }
    }

    /// - Parameter isOld: it has told nothing lately.
    private static func vitals(_ vitals: CellVitals?, isOld: Bool) -> [ScreenLine] {
        guard let vitals else { return [ScreenLine("vitals     not told", .dim)] }
        var lines: [ScreenLine] = isOld ? [ScreenLine("vitals     the last that it has told", .warn)] : []
        if let condition = vitals.condition {
            lines.append(
                ScreenLine(
                    "health     \(condition.health)\(condition.why.map { ": \($0)" } ?? "")  level \(condition.level)"
                        + (condition.store.map { "  store \($0)" } ?? "")))
        }
        if let pools = vitals.pools, !pools.isEmpty {
            lines.append(ScreenLine())
            var titles = ScreenLine()
            for (title, width) in [
                ("POOL", 16), ("BUSY", 9), ("WAITING", 9), ("CALLS", 11), ("FAILED", 9), ("REFUSED", 9),
            ] {
                titles.add(title, .dim, columns: width, isRight: title != "POOL")
            }
            lines.append(titles)
            for pool in pools {
                var line = ScreenLine()
                line.add(pool.service, columns: 16)
                line.add(
                    "\(pool.busy)/\(pool.workers)", pool.busy >= pool.workers ? .warn : .plain, columns: 9,
                    isRight: true)
                line.add("\(pool.waiting)", pool.waiting > 0 ? .warn : .plain, columns: 9, isRight: true)
                for count in [pool.calls, pool.failed, pool.refused] {
                    line.add(
                        Wording.count(Int(clamping: count)), columns: count == pool.calls ? 11 : 9, isRight: true)
                }
                lines.append(line)
            }
        }
        for gate in vitals.gates ?? [] {
            let failed = gate.failure.map { ", \(Figures.percent($0)) of \(gate.calls) failed" } ?? ""
            lines.append(
                ScreenLine(
                    "\(gate.from)>\(gate.to) \(gate.state) for \(Figures.span(milliseconds: gate.sinceMilliseconds))\(failed)",
                    .warn))
        }
        return lines
    }
}

extension TopModel {
    /// The newest events, the oldest of them first.
    func latest(_ count: Int) -> [ScreenLine] { events.suffix(count).map { Self.line($0) } }

    /// One event in a line: when, what, of whom, and who saw it.
    static func line(_ event: FeedEvents.Event) -> ScreenLine {
        let record = event.event
        var line = ScreenLine(String(record.time.dropFirst(11).prefix(12)), .dim)
        line.add("  \(record.type) \(record.action) \(record.id)")
        let told = record.attributes["detail"]?.text ?? record.attributes["reason"]?.text
        if let told { line.add("  \(told)", .dim) }
        if event.seen > 1 || event.observers.first.map({ $0 != "control" }) == true {
            line.add("  by \(observers(event))", .dim)
        }
        return line
    }
}

/// What keys do.
enum TopHelp {
    static func lines(_ model: TopModel, width: Int) -> [ScreenLine] {
        var keys: [(String, String)] = [
            ("1-7, tab", TopView.allCases.map(\.rawValue).joined(separator: " ")),
            ("arrows, j", "choose a row; pages, home and end too"),
            ("enter", "all of a cell; of other rows the command that says more"),
            ("/", "rows with this in them; /!x those without"),
            ("s, Shift", "the next order; Shift and a column's letter"),
            ("w", "why the members believe what they believe of the cell"),
        ]
        if !model.isReadOnly {
            keys += [
                ("k p r", "kill, pause or resume, restart the cell"),
                ("f", "inject a fault; h heals one; o c hold a breaker open, close it"),
                ("e", "evacuate the cell's region"), ("!", "halt: ends faults, refuses more; again to release"),
            ]
        }
        keys += [
            (":", "a command of cellmesh, or a view"), ("space", "hold what is shown"),
            ("+ -", "more or less often; now every \(Figures.fixed(Double(model.period) / 1_000, 1)) s"),
            ("esc, q", "back; quit"),
        ]
        var lines = [
            ScreenLine(),
            ScreenLine("Rates are over the last 10 s.", .dim),
            ScreenLine("Customers are observed|predicted of those who asked, and (predicted of all).", .dim),
            ScreenLine(),
        ]
        for (key, what) in keys {
            var line = ScreenLine()
            line.add(key, .note, columns: 12)
            line.add(what)
            lines.append(line)
        }
        return lines
    }
}

/// An action before it is done: what it would do, and how one says yes.
enum TopQuestionPage {
    static func lines(_ question: TopQuestion, width: Int) -> [ScreenLine] {
        var lines = [ScreenLine(), ScreenLine(question.action.title, isBold: true)]
        if !question.note.isEmpty { lines.append(ScreenLine(question.note, .warn)) }
        guard let report = question.prediction else { return lines }
        lines.append(ScreenLine())
        for refusal in report.refusals { lines.append(ScreenLine("refused: \(refusal.detail)", .bad)) }
        // What will not be done does nothing to anybody.
        guard report.refusals.isEmpty else { return lines }
        let customers = report.customers
        var line = ScreenLine("customers  ")
        line.add("\(Wording.count(customers.lost)) lost", customers.lost > 0 ? .bad : .plain)
        line.add("  \(Wording.count(customers.degraded)) degraded", customers.degraded > 0 ? .warn : .plain)
        line.add("  \(Wording.count(customers.untouched)) untouched")
        lines.append(line)
        if let moved = report.moved {
            lines.append(ScreenLine("           \(Wording.plural(moved, "customer")) would move, the others stay"))
        }
        if let refused = customers.noQuorum, refused > 0 {
            lines.append(
                ScreenLine(
                    "           \(Wording.plural(refused, "customer")) with too few cells for their records", .warn))
        }
        if let hottest = report.load.hottest {
            let hot = hottest.after ?? 0 > 0.85
            lines.append(
                ScreenLine(
                    "load       \(hottest.cell) from \(Figures.percent(hottest.before)) to \(Figures.percent(hottest.after)), "
                        + "all that are left x\(Figures.fixed(report.load.factor, 2))", hot ? .warn : .plain))
        }
        for edge in report.lateEdges.prefix(3) where edge.count == 2 {
            lines.append(ScreenLine("late       \(edge[0])>\(edge[1]) would come too late for its caller", .warn))
        }
        if report.lateEdges.count > 3 {
            lines.append(
                ScreenLine("           and \(Wording.plural(report.lateEdges.count - 3, "further call"))", .warn))
        }
        guard report.refusals.isEmpty, !question.isBusy else { return lines }
        lines.append(ScreenLine())
        switch report.confirm {
        case .none: break
        case .click: lines.append(ScreenLine("y: \(question.action.title); any other key leaves all as it is", .note))
        case .type:
            var line = ScreenLine("type \(report.word ?? "") to \(question.action.title): ", .note)
            line.add(question.typed + "_", isBold: true)
            lines.append(line)
        }
        return lines
    }
}

/// The line that is being typed.
enum TopPromptLine {
    static func line(_ prompt: TopPrompt, width: Int) -> ScreenLine {
        let lead =
            switch prompt.kind {
            case .filter: "/"
            case .command: ":"
            case .fault: "fault: "
            }
        // The end of what is typed is seen, where not all has room.
        let problem = prompt.problem.map { "  \($0)" } ?? ""
        let room = max(width - lead.count - 1 - min(problem.count, width / 2), 4)
        var line = ScreenLine(lead, .note)
        line.add(String(prompt.text.suffix(room)) + "_", isBold: true)
        line.add(problem, .warn)
        return line
    }
}
