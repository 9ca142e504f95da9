extension MeshTopology {
    /// The services that customers call: what no other service calls, and no call uses to compensate; each once, in
    /// the order of the blueprints.
    package var entryServices: [String] {
        var entries: [String] = []
        for blueprint in blueprints {
            let inner = Set(blueprint.services.flatMap { $0.calls.flatMap { [$0.to, $0.compensation ?? $0.to] } })
            for (position, service) in blueprint.services.enumerated() where !inner.contains(position) {
                if !entries.contains(service.name) { entries.append(service.name) }
            }
        }
        return entries
    }
}
