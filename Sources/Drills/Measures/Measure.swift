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
        /// The mean, the longest and the shortest time to an answer; milliseconds.
        case average, longest, shortest
        /// Answered requests a second.
        case rate
        /// Requests that ended, however, and so many a second.
        case requests, requestRate
        /// Requests that failed.
        case failed
        /// The share of requests that could not be sent, 0...1.
        case dropped
        /// Customers of whose cells none served, and of whose some did not; those of whom some request was not answered as it should
        /// have been, whatever served; and who fared otherwise than predicted.
        case customersLost, customersDegraded, customersHarmed, customersDifferent
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
        /// How the failures that are left once the last fault has ended grow a second; see `FailureWave`.
        case waveGrowth
        /// Services of which more than half of the calls failed in some cell, over 5 s.
        case servicesFailing
        /// How often a pool or a store began to refuse a class to keep room for what matters more; of one class with a scope.
        case shedBegun
        /// Changes of the placement.
        case placementChanges
        /// Evacuations and restores that came to their end, and evacuations that began although they had to be refused.
        case movesCompleted, movesBegun
        /// From the first begin of an evacuation until the last request to a cell that it leaves, and the 99th percentile of how
        /// long writes waited that met a change; milliseconds.
        case off, writePause
        /// What the stores of a region still hold of customers when it is to be taken back, and customers who are on other cells
        /// than predicted then.
        case rowsLeft, customersAstray
        /// At the end: customers who are not on the cells of before, cells with fewer rows than before, and writes that single
        /// cells have acknowledged and others do not have.
        case customersMoved, cellsPoorer, hintsLeft
        /// From the end of what was done until the views of the membership agreed, which had differed; milliseconds.
        case viewsAgreed
        /// While a region was cut off: requests for tier critical that were answered although no quorum of the customer's cells
        /// was on their side, and the share of those for tier important that were answered where a cell of the customer's was.
        case criticalAnswered, importantAnswered
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
        /// That a cell answered, or where none did that serves the customer first.
        case cell(String)
        /// All cells but one.
        case notCell(String)
        /// That cells of a region answered, or where none did that serve the customer first.
        case region(String)
        /// `reads`, `writes` or `services`.
        case kind(String)
        /// As it was asked for.
        case priority(Priority)
        case layer(String)
    }

    /// Kinds of requests.
    package static let kinds = ["reads", "writes", "services"]
    /// What makes more requests of one: routers, and cells.
    package static let layers = ["router", "cells"]
}

extension Measure.Figure {
    /// What a figure is counted in.
    package enum Unit: Sendable {
        case share, milliseconds, count, perSecond, ratio
    }

    private static let words: [(name: String, figure: Measure.Figure)] = [
        ("success", .success), ("error_rate", .errorRate), ("shed_rate", .shedRate), ("rate", .rate),
        ("requests", .requests), ("request_rate", .requestRate), ("avg", .average), ("max", .longest),
        ("min", .shortest),
        ("failed", .failed), ("dropped", .dropped), ("lost", .customersLost), ("customers_lost", .customersLost),
        ("customers_degraded", .customersDegraded), ("customers_harmed", .customersHarmed),
        ("customers_different", .customersDifferent),
        ("lost_writes", .lostWrites), ("violations", .violations), ("false_deaths", .falseDeaths),
        ("detection", .detection), ("agreement", .agreement), ("recovery", .recovery),
        ("amplification", .amplification), ("breakers_open", .breakersOpen), ("breaker_opened", .breakerOpened),
        ("named", .named), ("unnamed", .unnamed), ("false_names", .falseNames), ("naming", .naming),
        ("services_failing", .servicesFailing), ("shed_begun", .shedBegun), ("wave_growth", .waveGrowth),
        ("placement_changes", .placementChanges), ("moves_completed", .movesCompleted), ("moves_begun", .movesBegun),
        ("off", .off), ("write_pause", .writePause), ("rows_left", .rowsLeft), ("customers_astray", .customersAstray),
        ("customers_moved", .customersMoved), ("cells_poorer", .cellsPoorer), ("hints_left", .hintsLeft),
        ("views_agreed", .viewsAgreed), ("critical_answered", .criticalAnswered),
        ("important_answered", .importantAnswered), ("cells_down", .cellsDown), ("cells_degraded", .cellsDegraded),
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
        case .success, .errorRate, .shedRate, .dropped, .utilisation, .importantAnswered: .share
        case .percentile, .average, .longest, .shortest, .detection, .agreement, .recovery, .breakerOpened, .naming,
            .off, .writePause, .viewsAgreed:
            .milliseconds
        case .rate, .requestRate: .perSecond
        case .amplification, .waveGrowth: .ratio
        case .requests, .failed, .customersLost, .customersDegraded, .customersHarmed, .customersDifferent, .lostWrites,
            .violations,
            .falseDeaths, .breakersOpen, .named, .unnamed, .falseNames, .servicesFailing, .shedBegun, .placementChanges,
            .movesCompleted, .movesBegun, .rowsLeft, .customersAstray, .customersMoved, .cellsPoorer, .hintsLeft,
            .criticalAnswered, .cellsDown, .cellsDegraded, .waiting:
            .count
        }
    }

    /// Whether it is made of what clients are answered, second by second.
    package var isOfRequests: Bool {
        switch self {
        case .success, .errorRate, .shedRate, .percentile, .average, .longest, .shortest, .rate, .requests,
            .requestRate, .failed, .dropped:
            true
        default: false
        }
    }

    /// Whether it is made of what a control plane tells.
    package var isOfSights: Bool {
        switch self {
        case .customersLost, .customersDegraded, .customersHarmed, .customersDifferent, .recovery, .amplification,
            .breakersOpen,
            .placementChanges, .viewsAgreed, .cellsDown, .cellsDegraded, .utilisation, .waiting:
            true
        default: false
        }
    }

    /// Whether it is what stores and the placement hold, whoever looked meanwhile.
    package var isOfStores: Bool {
        switch self {
        case .lostWrites, .violations, .movesCompleted, .movesBegun, .rowsLeft, .customersAstray, .customersMoved,
            .cellsPoorer, .hintsLeft:
            true
        default: false
        }
    }

    /// Whether it is known at the end alone, so that nothing can be given up for it.
    package var isOfTheEnd: Bool {
        switch self {
        case .lostWrites, .violations, .recovery, .waveGrowth, .movesCompleted, .movesBegun, .off, .writePause,
            .rowsLeft, .customersAstray, .customersMoved, .cellsPoorer, .hintsLeft, .viewsAgreed, .criticalAnswered,
            .importantAnswered:
            true
        default: false
        }
    }

    /// How bad is more; nil where neither more nor less is.
    package var isWorseAbove: Bool {
        switch self {
        case .success, .rate, .requests, .requestRate, .named, .movesCompleted, .importantAnswered: false
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
        case .region(let name): "\(figure.name){region:\(name)}"
        case .kind(let name): "\(figure.name){kind:\(name)}"
        case .priority(let priority): "\(figure.name){priority:\(priority.name)}"
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
                "'\(rest.prefix(64))' is no scope: write {service:NAME}, {cell:NAME}, {region:NAME}, {kind:NAME}, "
                    + "{priority:NAME} or {layer:NAME}")
        }
        let scope = try Scope(parts[0], parts[1])
        let isTold =
            switch scope {
            case .layer?: figure == .amplification
            case .priority?: figure.isOfRequests && figure != .dropped || figure == .shedBegun
            case nil: false
            default: figure.isOfRequests && figure != .dropped
            }
        guard isTold else { throw MeasureBound.Invalid("'\(figure.name)' is not told by \(parts[0].prefix(64))") }
        self.init(figure, scope)
    }
}

extension Measure.Scope {
    /// Of a tag and its value; nil for a tag that is none.
    ///
    /// - Throws: where there is no such kind or priority.
    package init?(_ tag: String, _ value: String) throws(MeasureBound.Invalid) {
        switch tag {
        case "service": self = value.hasPrefix("!") ? .notService(String(value.dropFirst())) : .service(value)
        case "cell": self = value.hasPrefix("!") ? .notCell(String(value.dropFirst())) : .cell(value)
        case "region": self = .region(value)
        case "layer":
            guard Measure.layers.contains(value) else {
                throw MeasureBound.Invalid(
                    "nothing is amplified by a layer '\(value.prefix(64))'", unknown: value, among: Measure.layers)
            }
            self = .layer(value)
        case "kind":
            guard Measure.kinds.contains(value) else {
                throw MeasureBound.Invalid(
                    "there are no requests of the kind '\(value.prefix(64))'", unknown: value, among: Measure.kinds)
            }
            self = .kind(value)
        case "priority":
            guard let priority = Priority.allCases.first(where: { "\($0.name)" == value }) else {
                throw MeasureBound.Invalid(
                    "there is no priority '\(value.prefix(64))'", unknown: value,
                    among: Priority.allCases.map { "\($0.name)" })
            }
            self = .priority(priority)
        default: return nil
        }
    }
}
