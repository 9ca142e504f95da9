import Topology

/// How many requests the deepest service gets for one that came in, if everything fails: each layer multiplies (C4).
struct AmplificationLint {
    let reporter: Reporter
    let loaded: LoadedBlueprint
    let policies: PolicyResolver

    /// Five layers of 20 % pass.
    static let most = 2.5

    init(reporter: Reporter, loaded: LoadedBlueprint, policies: PolicyResolver) {
        self.reporter = reporter
        self.loaded = loaded
        self.policies = policies
    }

    private struct Path {
        var product: Double
        var names: [String]
        /// Where the last retry that somebody wrote stands; nil: nobody did.
        var position: Position?
    }

    func check() {
        var worst: [Int: Path] = [:]
        let blueprint = loaded.blueprint
        let called = Set(blueprint.services.flatMap { $0.calls.map(\.to) })
        for service in blueprint.services.indices where !called.contains(service) {
            let own = loaded.services[service].policies["retry"] ?? loaded.marks.policies["retry"]
            let path = Path(
                product: factor(policies.service(service)), names: [blueprint.services[service].name], position: own)
            follow(service, path, &worst)
        }
        // The longest path to a place says it all.
        var reported: Set<Int> = []
        for path in worst.values.sorted(by: { $0.product > $1.product }) {
            guard let position = path.position, reported.insert(position.line * 10_000 + position.column).inserted
            else { continue }
            reporter.warning(
                .amplification, at: position,
                "one request may become \(String(rounded(path.product))) at the end of \(path.names.joined(separator: " -> "))"
                    + ": each layer repeats what the one above repeats",
                hint: "retry in one layer, or smaller budgets: at most \(Self.most) together")
        }
    }

    private func follow(_ service: Int, _ path: Path, _ worst: inout [Int: Path]) {
        let calls = loaded.blueprint.services[service].calls
        if path.product > Self.most, path.product > worst[service]?.product ?? 0 { worst[service] = path }
        // Cycles are errors of their own.
        guard path.names.count <= loaded.blueprint.services.count else { return }
        for (call, edge) in calls.enumerated() {
            var longer = path
            longer.product *= factor(policies.call(call, of: service))
            longer.names.append(loaded.blueprint.services[edge.to].name)
            longer.position =
                loaded.services[service].edges[call].policies["retry"] ?? loaded.services[edge.to].policies["retry"]
                ?? path.position
            follow(edge.to, longer, &worst)
        }
    }

    private func factor(_ inForce: PoliciesInForce) -> Double {
        min(Double(inForce.attempts), 1 + (inForce.values.retry?.budgetRatio ?? 0))
    }

    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
