import Reports

/// The members of a state beside its cells, in the order in which they have room in a tick.
enum FeedMember: CaseIterable {
    case mesh, routers, impact, faults, evacuation, halt, alerts, drill, breakers, amplification, load, host, monkey

    /// Puts the member into a delta where it is another than it was.
    func put(from old: FeedState, to new: FeedState, into delta: inout FeedDelta) {
        switch self {
        case .mesh: if old.mesh != new.mesh { delta.mesh = new.mesh }
        case .routers: if old.routers != new.routers { delta.routers = new.routers }
        case .amplification: if old.amplification != new.amplification { delta.amplification = new.amplification }
        case .impact: if old.impact != new.impact { delta.impact = new.impact }
        case .breakers: if old.breakers != new.breakers { delta.breakers = new.breakers }
        case .faults: if old.faults != new.faults { delta.faults = new.faults }
        case .evacuation:
            if old.evacuation != new.evacuation { delta.evacuation = Nullable(wrappedValue: new.evacuation) }
        case .drill: if old.drill != new.drill { delta.drill = Nullable(wrappedValue: new.drill) }
        case .monkey: if old.monkey != new.monkey { delta.monkey = Nullable(wrappedValue: new.monkey) }
        case .halt: if old.halt != new.halt { delta.halt = Nullable(wrappedValue: new.halt) }
        case .alerts: if old.alerts != new.alerts { delta.alerts = new.alerts }
        case .load: if old.load != new.load { delta.load = Nullable(wrappedValue: new.load) }
        case .host: if old.host != new.host { delta.host = new.host }
        }
    }

    /// Takes the member out of a delta.
    func drop(from delta: inout FeedDelta) {
        switch self {
        case .mesh: delta.mesh = nil
        case .routers: delta.routers = nil
        case .amplification: delta.amplification = nil
        case .impact: delta.impact = nil
        case .breakers: delta.breakers = nil
        case .faults: delta.faults = nil
        case .evacuation: delta.evacuation = nil
        case .drill: delta.drill = nil
        case .monkey: delta.monkey = nil
        case .halt: delta.halt = nil
        case .alerts: delta.alerts = nil
        case .load: delta.load = nil
        case .host: delta.host = nil
        }
    }
}

extension FeedState {
    /// All that differs but the cells.
    func members(since old: FeedState) -> FeedDelta {
        var delta = FeedDelta(seq: seq, t: t)
        for member in FeedMember.allCases { member.put(from: old, to: self, into: &delta) }
        return delta
    }

    /// This state with the changes of a delta; its cells have to be cells of the state.
    mutating func take(_ delta: FeedDelta) {
        seq = delta.seq
        t = delta.t
        if let changes = delta.cells {
            for field in FeedField.allCases {
                guard let column = changes.columns[field] else { continue }
                for (cell, figure) in zip(changes.i, column) { cells[field, cell] = figure }
            }
        }
        if let mesh = delta.mesh { self.mesh = mesh }
        if let routers = delta.routers { self.routers = routers }
        if let amplification = delta.amplification { self.amplification = amplification }
        if let impact = delta.impact { self.impact = impact }
        if let breakers = delta.breakers { self.breakers = breakers }
        if let faults = delta.faults { self.faults = faults }
        if let evacuation = delta.evacuation { self.evacuation = evacuation.wrappedValue }
        if let drill = delta.drill { self.drill = drill.wrappedValue }
        if let monkey = delta.monkey { self.monkey = monkey.wrappedValue }
        if let halt = delta.halt { self.halt = halt.wrappedValue }
        if let alerts = delta.alerts { self.alerts = alerts }
        if let load = delta.load { self.load = load.wrappedValue }
        if let host = delta.host { self.host = host }
    }
}
