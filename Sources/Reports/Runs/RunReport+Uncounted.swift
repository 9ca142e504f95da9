extension RunReport {
    /// Says which cells went out while their customers were counted in no window: what comes for a moment soon after something
    /// else is in the totals alone (`ImpactWindow`).
    ///
    /// - Parameter cells: those that take customers, by name.
    package mutating func tellUncounted(among cells: Set<String>) {
        guard let windows = impact?.windows else { return }
        let told = Set(windows.flatMap(\.cells))
        var names: [String] = []
        for incident in incidents where incident.takesOut {
            for name in incident.subjects where cells.contains(name) && !told.contains(name) && !names.contains(name) {
                names.append(name)
            }
        }
        impact?.uncounted = names.isEmpty ? nil : names
    }
}

extension RunIncident {
    /// A process of it served nobody for a time.
    fileprivate var takesOut: Bool {
        ["process kill", "process pause", "process exited"].contains { what.hasPrefix($0) }
    }
}
