import MeshBase
import Reports

/// What is known of single cells.
extension TopModel {
    func stateWord(of name: String) -> FeedCellState? {
        guard let cell = shape?.cells.firstIndex(of: name), let state else { return nil }
        return Self.state(cell, state)
    }

    func region(of name: String) -> String? {
        guard let shape, let cell = shape.cells.firstIndex(of: name) else { return nil }
        return shape.regions[cell]
    }

    static func state(_ cell: Int, _ state: FeedState) -> FeedCellState {
        state.cells.state(of: cell)
    }

    static func condition(_ cell: Int, _ state: FeedState) -> FeedCondition {
        state.cells.condition(of: cell) ?? FeedCondition.none
    }

    static func value(_ state: FeedState, _ cell: Int, _ field: FeedField) -> Double? {
        cell < state.cells.count ? state.cells[field, cell].value(field) : nil
    }

    /// The worse stands first.
    static func trouble(_ cell: Int, _ state: FeedState) -> Int {
        let word = Self.state(cell, state)
        if word.isOut { return 4 }
        let condition = Self.condition(cell, state)
        if condition == .differ { return 3 }
        if word == .unknown || condition == .silent { return 2 }
        return condition != .none && word.serves || word == .degraded || word == .refilling ? 1 : 0
    }

    static func tone(_ cell: Int, _ state: FeedState) -> Tone {
        switch trouble(cell, state) {
        case 4: .bad
        case 1...3: .warn
        default: Self.state(cell, state).serves ? .good : .dim
        }
    }

    /// For how long the cell is in its state, in milliseconds; nil where nobody knows.
    func age(of cell: Int, _ state: FeedState) -> Int64? {
        if cell < since.count, let since = since[cell] { return max(state.t - since, 0) }
        guard Self.state(cell, state).isOut, let age = Self.value(state, cell, .age), age > 0 else { return nil }
        return Int64(age) * 1_000
    }

    /// Gates in a cell and before it, by cell.
    func gates(_ state: FeedState) -> [String: [FeedBreaker]] {
        var found: [String: [FeedBreaker]] = [:]
        for breaker in state.breakers {
            if let cell = gate(breaker).cell { found[cell, default: []].append(breaker) }
        }
        return found
    }

    /// Of each member, the last event of the membership that doubts it.
    var doubts: [String: FeedEvents.Event] {
        var found: [String: FeedEvents.Event] = [:]
        for event in events where event.event.type == "member" {
            switch event.event.action {
            case "dead", "suspect": found[event.event.id] = event
            case "alive": found[event.event.id] = nil
            default: break
            }
        }
        return found
    }

    func gate(_ breaker: FeedBreaker) -> TopGate { TopGate(breaker, routers: shape?.routers ?? []) }

    func gateText(_ breaker: FeedBreaker, _ t: Int64) -> String {
        var text = "\(gate(breaker).label) \(breaker.state) \(Figures.roughly(milliseconds: t - breaker.since))"
        if let failure = breaker.failure { text += ", \(Figures.percent(failure)) of \(breaker.calls) failed" }
        return text
    }

    /// Who says so: those who saw it, or where the control plane alone tells, whom it has it from.
    static func observers(_ event: FeedEvents.Event) -> String {
        let source = event.event.attributes["source"]?.text
        let others = event.observers.filter { $0 != "control" }
        guard !others.isEmpty else { return source ?? "control" }
        let more = event.seen - event.observers.count
        return others.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

extension TopModel {
    /// Processes that run and have told nothing lately, in words; empty where there is none, nil before the first state.
    package var silent: String? {
        guard let state, let shape else { return nil }
        var names = (state.routers ?? []).filter { $0.process == .running && $0.age != 0 }.map { "router/\($0.name)" }
        for cell in 0..<min(state.cells.count, shape.cells.count) {
            let runs = state.cells.process(of: cell) == .running
            if runs, Self.value(state, cell, .age) != 0 { names.append("cell/\(shape.cells[cell])") }
        }
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return names.prefix(3).joined(separator: ", ") + more
    }
}
