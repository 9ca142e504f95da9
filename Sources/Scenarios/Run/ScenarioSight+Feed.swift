import Reports

extension ScenarioSight {
    /// As the feed has it.
    ///
    /// - Parameter names: of the cells, in the order of its columns.
    package init(_ state: FeedState, names: [String]) {
        self.init()
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
        impact.seen = state.impact.seen
        impact.lost = state.impact.observed.lost
        impact.degraded = state.impact.observed.degraded
        impact.different = state.impact.different
        for layer in state.amplification { amplification[layer.layer] = layer.ratio }
        openBreakers = state.breakers.filter { $0.state == "open" || $0.state == "half-open" }.map(\.name)
        for fault in state.faults { if let count = fault.hits { hits[fault.id] = count } }
    }
}
