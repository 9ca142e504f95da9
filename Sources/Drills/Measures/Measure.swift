import MeshBase

/// A figure of a mesh that a scenario looks at, of all requests or of some.
package struct Measure: Sendable, Hashable {
    /// What is measured.
    package var figure: Figure
    /// Of which requests; all where nil.
    package var scope: Scope?

    /// Of some requests, or of all.
    package init(_ figure: Figure, _ scope: Scope? = nil) {
        self.figure = figure
        self.scope = scope
    }

    /// What is measured.
    package enum Figure: Sendable, Hashable {
        /// Shares of requests, 0...1.
        case success, errorRate, shedRate
        /// A percentile of the time to an answer, above 0 and below 100.
        case percentile(Double)
        /// Answered requests a second.
        case rate
        /// Requests that failed, and that could not be sent.
        case failed, dropped
        /// Customers by what became of them, and who fared otherwise than predicted.
        case customersLost, customersDegraded, customersDifferent
        /// Acknowledged writes that were not there at the end.
        case lostWrites
        /// What the oracles found that must not be: registers, sessions.
        case violations
        /// Members that some member took for dead and that were not.
        case falseDeaths
        /// From a deed until the first member took a victim for dead, and until all did; milliseconds.
        case detection, agreement
        /// From the end of what was done until the mesh was steady; milliseconds.
        case recovery
        /// Attempts for a request, on average while something is in force; of one layer with a scope.
        case amplification
        /// Gates that let nothing through, and how long until the first of them did not; milliseconds.
        case breakersOpen, breakerOpened
        /// Cells that were made to fail without being down: those that were called what they are, and those that were not; names
        /// of nothing that was done; and from a fault until its name, at worst, in milliseconds.
        case named, unnamed, falseNames, naming
        /// Changes of the placement.
        case placementChanges
        /// Cells that take customers and do not serve.
        case cellsDown
        /// Cells that say that they are degraded.
        case cellsDegraded
        /// Use of the fullest pool, 0...1.
        case utilisation
        /// Requests that wait in queues.
        case waiting
    }

    /// Of which requests.
    package enum Scope: Sendable, Hashable {
        case service(String)
        /// All services but one, and records.
        case notService(String)
        case cell(String)
        /// All cells but one.
        case notCell(String)
        case layer(String)
    }
}

extension Measure.Figure {
    /// What a figure is counted in.
    package enum Unit: Sendable {
        case share, milliseconds, count, perSecond, ratio
    }

    private static let words: [(name: String, figure: Measure.Figure)] = [
        ("success", .success), ("error_rate", .errorRate), ("shed_rate", .shedRate), ("rate", .rate),
        ("failed", .failed), ("dropped", .dropped), ("lost", .customersLost), ("customers_lost", .customersLost),
        ("customers_degraded", .customersDegraded), ("customers_different", .customersDifferent),
        ("lost_writes", .lostWrites), ("violations", .violations), ("false_deaths", .falseDeaths),
        ("detection", .detection), ("agreement", .agreement), ("recovery", .recovery),
        ("amplification", .amplification), ("breakers_open", .breakersOpen), ("breaker_opened", .breakerOpened),
        ("named", .named), ("unnamed", .unnamed), ("false_names", .falseNames), ("naming", .naming),
        ("placement_changes", .placementChanges), ("cells_down", .cellsDown), ("cells_degraded", .cellsDegraded),
        ("utilisation", .utilisation), ("waiting", .waiting),
    ]

    /// All words, percentiles by examples.
    package static var names: [String] { ["p50", "p99", "p99.9"] + words.map(\.name) }

    /// As it is written; nil for no figure. `p999` is `p99.9`.
    package init?(name: String) {
        if let known = Self.words.first(where: { $0.name == name }) {
            self = known.figure
            return
        }
        guard name.hasPrefix("p") else { return nil }
        switch name {
        case "p999": self = .percentile(99.9)
        case "p9999": self = .percentile(99.99)
        default:
            guard let percent = Syntax.decimal(name.dropFirst()), percent > 0, percent < 100 else { return nil }
            self = .percentile(percent)
        }
    }

    /// As it is written.
    package var name: String {
        if case .percentile(let percent) = self { return "p\(Syntax.written(percent))" }
        return Self.words.last { $0.figure == self }?.name ?? ""
    }

    /// What it is counted in.
    package var unit: Unit {
        switch self {
        case .success, .errorRate, .shedRate, .utilisation: .share
        case .percentile, .detection, .agreement, .recovery, .breakerOpened, .naming: .milliseconds
        case .rate: .perSecond
        case .amplification: .ratio
        case .failed, .dropped, .customersLost, .customersDegraded, .customersDifferent, .lostWrites, .violations,
            .falseDeaths, .breakersOpen, .named, .unnamed, .falseNames, .placementChanges, .cellsDown, .cellsDegraded,
            .waiting:
            .count
        }
    }

    /// Whether it is made of what clients are answered, second by second.
    package var isOfRequests: Bool {
        switch self {
        case .success, .errorRate, .shedRate, .percentile, .rate, .failed, .dropped: true
        default: false
        }
    }

    /// Whether it is known at the end alone, so that nothing can be given up for it.
    package var isOfTheEnd: Bool {
        switch self {
        case .lostWrites, .violations, .recovery: true
        default: false
        }
    }

    /// How bad is more; nil where neither more nor less is.
    package var isWorseAbove: Bool {
        switch self {
        case .success, .rate, .named: false
        default: true
        }
    }
}

extension Measure {
    /// As it is written: `p99{service:checkout}`.
    package var text: String {
        switch scope {
        case nil: figure.name
        case .service(let name): "\(figure.name){service:\(name)}"
        case .notService(let name): "\(figure.name){service:!\(name)}"
        case .cell(let name): "\(figure.name){cell:\(name)}"
        case .notCell(let name): "\(figure.name){cell:!\(name)}"
        case .layer(let name): "\(figure.name){layer:\(name)}"
        }
    }

    /// Parses the written form.
    package init(text: String) throws(MeasureBound.Invalid) {
        let text = text.filter { $0 != " " }
        let name = String(text.prefix { $0 != "{" })
        guard let figure = Figure(name: name) else {
            throw MeasureBound.Invalid("'\(name.prefix(64))' is no figure", unknown: name, among: Figure.names)
        }
        let rest = text.dropFirst(name.count)
        guard !rest.isEmpty else {
            self.init(figure)
            return
        }
        let parts = rest.dropFirst().dropLast().split(separator: ":", maxSplits: 1).map(String.init)
        guard rest.hasSuffix("}"), parts.count == 2, !parts[1].isEmpty else {
            throw MeasureBound.Invalid(
                "'\(rest.prefix(64))' is no scope: write {service:NAME}, {cell:NAME} or {layer:NAME}")
        }
        switch parts[0] {
        case "service" where figure.isOfRequests:
            self.init(figure, parts[1].hasPrefix("!") ? .notService(String(parts[1].dropFirst())) : .service(parts[1]))
        case "cell" where figure.isOfRequests:
            self.init(figure, parts[1].hasPrefix("!") ? .notCell(String(parts[1].dropFirst())) : .cell(parts[1]))
        case "layer" where figure == .amplification: self.init(figure, .layer(parts[1]))
        default: throw MeasureBound.Invalid("'\(figure.name)' is not told by \(parts[0].prefix(64))")
        }
    }
}
