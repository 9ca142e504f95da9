import MeshBase

/// Which members a process joins through, and for how long it waits for names that are not known yet: hosts that start
/// together learn each other's names one after the other. Once there is one way into the mesh it waits no longer; the
/// other names are looked up again while the process runs (`SeedNames`).
package struct SeedSearch {
    /// Between two lookups of the same name.
    package static let interval = TimeAmount.seconds(1)
    /// How long all names may stay unknown.
    package static let patience = TimeAmount.seconds(60)

    package struct Name: Equatable {
        package var host: String
        package var port: UInt16
    }

    package enum Next: Equatable {
        /// Join through what was found.
        case join
        /// Look up what is missing once more, after `interval`.
        case lookAgain
        /// No name is known: a typo would otherwise found a mesh of its own.
        case fail(String)
    }

    /// Whether the socket for gossip can send there.
    package var reaches: (Endpoint) -> Bool = { _ in true }
    /// Of those, the ones that are reached; all where none is.
    package var seeds: [Endpoint] {
        let reached = found.filter(reaches)
        return reached.isEmpty ? found : reached
    }

    package private(set) var found: [Endpoint] = []
    package private(set) var missing: [Name] = []
    /// Every name, and what it led to.
    package private(set) var names: [(name: Name, endpoints: [Endpoint])] = []
    private var reason = ""

    /// - Throws: a text that is not `HOST:PORT`.
    package init(_ texts: [String]) throws(HostFailure) {
        for text in texts {
            guard let place = HostPort(text) else {
                throw HostFailure("--join \(text): \(AddressProblem.endpoint(text) ?? "give HOST:PORT")")
            }
            guard place.port != 0, place.address?.isOfOneHost ?? true else {
                throw HostFailure("--join \(text): give the address and the port where a member gossips")
            }
            if let endpoint = place.endpoint {
                found.append(endpoint)
            } else {
                let name = Name(host: place.host, port: place.port)
                missing.append(name)
                names.append((name, []))
            }
        }
    }

    /// Why nothing that was found can be joined through: the socket for gossip is of the other family.
    package func refusal(gossip: Endpoint) -> String? {
        guard let first = found.first, !found.contains(where: reaches) else { return nil }
        return "--join \(first): gossip is bound to \(gossip), which reaches no "
            + (first.address.isIPv4 ? "IPv4" : "IPv6")
            + " address; bind it to [::], which serves both, or to an address of that family"
    }

    package mutating func resolved(_ name: Name, to endpoints: [Endpoint]) {
        missing.removeAll { $0 == name }
        for index in names.indices where names[index].name == name { names[index].endpoints = endpoints }
        for endpoint in endpoints where !found.contains(endpoint) { found.append(endpoint) }
    }

    package mutating func failed(_ name: Name, _ error: String) { reason = "\(name.host):\(name.port): \(error)" }

    /// What to do now that every missing name was looked up, `waited` after the first lookup.
    package func next(waited: TimeAmount) -> Next {
        if missing.isEmpty || !found.isEmpty { return .join }
        return waited < Self.patience ? .lookAgain : .fail("--join \(reason)")
    }
}

extension SeedSearch {
    /// Searches on a loop that serves nothing yet: it turns for the answers alone.
    /// - Parameter isStopping: asked again and again; when true the search ends.
    /// - Throws: `HostFailure`, or what the loop refuses.
    package mutating func run(on loop: EventLoop, isStopping: () -> Bool) throws {
        let begun = loop.freshNow()
        while true {
            for name in missing {
                switch try Self.lookUp(name, on: loop, isStopping) {
                case .success(let endpoints): resolved(name, to: endpoints)
                case .failure(let error): failed(name, "\(error)")
                }
            }
            switch next(waited: loop.freshNow() - begun) {
            case .join: return
            case .fail(let reason): throw HostFailure(reason)
            case .lookAgain:
                var isOver = false
                let timer = try LoopTimer.once(loop: loop, after: Self.interval) { isOver = true }
                defer { timer.close() }
                try Self.turn(loop, isStopping) { isOver }
            }
        }
    }

    private static func lookUp(
        _ name: Name, on loop: EventLoop, _ isStopping: () -> Bool
    ) throws -> Result<[Endpoint], UVError> {
        var outcome: Result<[Endpoint], UVError>?
        try Resolver.resolve(loop: loop, host: name.host, port: name.port) { outcome = $0 }
        try turn(loop, isStopping) { outcome != nil }
        return outcome!
    }

    private static func turn(_ loop: EventLoop, _ isStopping: () -> Bool, until isOver: () -> Bool) throws {
        while !isOver() {
            guard !isStopping() else { throw HostFailure("told to stop before it had found the mesh") }
            loop.runOnce()
        }
    }
}
