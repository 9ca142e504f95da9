import MeshBase

/// The names of seeds, looked up again while the process runs: one that was unknown every second, and one that leads to
/// nobody every five. One lookup at a time, since a name server that does not answer holds a thread of the pool.
final class SeedNames {
    private let loop: EventLoop
    private var names: [(name: SeedSearch.Name, endpoints: [Endpoint])]
    private let reaches: (Endpoint) -> Bool
    private var next = 0
    private var isLookingUp = false
    private var ticks = 0

    /// Ticks, of half a second, between two lookups.
    private static let whileUnknown = 2
    private static let whileUnreached = 10

    init(loop: EventLoop, _ search: SeedSearch) {
        self.loop = loop
        reaches = search.reaches
        names = search.names.map { name in (name.name, name.endpoints.filter(search.reaches)) }
    }

    /// Called every half second.
    ///
    /// - Parameters:
    ///   - unreached: the seeds at which nobody is known.
    ///   - changed: a name leads elsewhere than before.
    func tick(
        unreached: () -> [Endpoint],
        changed: @escaping (_ name: SeedSearch.Name, _ found: [Endpoint], _ former: [Endpoint]) -> Void
    ) {
        ticks += 1
        guard !names.isEmpty, !isLookingUp else { return }
        let isUnknown = names.contains { $0.endpoints.isEmpty }
        guard ticks % (isUnknown ? Self.whileUnknown : Self.whileUnreached) == 0 else { return }
        let lost = ticks % Self.whileUnreached == 0 ? Set(unreached()) : []
        guard let index = pick(lost) else { return }
        let name = names[index].name
        isLookingUp = true
        do {
            try Resolver.resolve(loop: loop, host: name.host, port: name.port) { [weak self] outcome in
                guard let self else { return }
                isLookingUp = false
                // A name that is gone for a while is no reason to forget where it led.
                guard case .success(let all) = outcome else { return }
                let found = all.filter(reaches)
                guard !found.isEmpty else { return }
                let former = names[index].endpoints
                guard found != former else { return }
                names[index].endpoints = found
                changed(name, found, former)
            }
        } catch { isLookingUp = false }
    }

    /// The next name, in turn, that is unknown or leads to nobody.
    private func pick(_ lost: Set<Endpoint>) -> Int? {
        for step in 0..<names.count {
            let index = (next + step) % names.count
            guard names[index].endpoints.isEmpty || names[index].endpoints.contains(where: lost.contains) else {
                continue
            }
            next = index + 1
            return index
        }
        return nil
    }
}
