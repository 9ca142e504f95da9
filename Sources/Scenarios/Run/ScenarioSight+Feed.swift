import Reports

extension ScenarioSight {
    /// As the feed has it.
    ///
    /// - Parameter shape: of the mesh that it is a state of.
    package init(_ state: FeedState, _ shape: Shape) {
        self.init()
        let names = shape.cells
        (t, self.shape, impact) = (state.t, shape, state.impact)
        for cell in 0..<min(state.cells.count, names.count) {
            if state.cells.isOut(cell) { down.append(names[cell]) }
            if state.cells.state(of: cell) == .degraded || state.cells.condition(of: cell) == .unhealthy {
                degraded.append(names[cell])
            }
            if let used = state.cells[.util, cell].value(.util) { utilisation = max(utilisation ?? 0, used) }
            if let waits = state.cells[.waiting, cell].value(.waiting) { waiting = (waiting ?? 0) + Int(waits) }
        }
        if state.mesh.views.count == 2 { views = (state.mesh.views[0], state.mesh.views[1]) }
        let routers = state.routers ?? []
        isWhole =
            state.mesh.headline.map { $0.of > 0 && $0.serving == $0.of } ?? down.isEmpty && state.faults.isEmpty
            && !routers.contains { $0.state.isOut || $0.state == .degraded } && views.map { $0.agree == $0.of } ?? true
        self.routers = Set(routers.map(\.name))
        routersOut = Set(routers.filter { $0.process == .gone || $0.process == .stopped }.map(\.name))
        for layer in state.amplification { amplification[layer.layer] = layer.ratio }
        openBreakers = state.breakers.filter { $0.state == "open" || $0.state == "half-open" }.map(\.name)
        for fault in state.faults {
            faults[fault.id] = fault
            if let count = fault.hits { hits[fault.id] = count }
        }
    }
}

extension ScenarioSight.Shape {
    /// As the feed has it.
    package init(_ shape: FeedShape) {
        self.init(cells: shape.cells.name, customers: shape.customers.count, shards: shape.shards)
    }
}
