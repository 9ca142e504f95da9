import Reports
import Sharding
import Telemetry

/// `blast-radius`, and what `kill` says before it kills.
struct BlastRadiusView {
    private(set) var report: BlastRadiusReport
    /// What traffic saw; nil where it was not asked.
    var observed: Observation?
    /// The cells are those that routers had out, and nobody has named them.
    var isSeen = false
    /// What was predicted is not known any more: the counts are of now.
    private(set) var isUnknown = false
    /// The highest epoch of the placement that all counts are by; nil where it is the one in force.
    private(set) var epoch: UInt32?
    /// What the mathematics says is of the placement in force, and the counts are of another.
    private(set) var isCountedAlone = false
    /// How each cell is out (`CellWords`); nil where somebody has named the cells, who asks what it means that they are dead.
    var words: [String: String]?
    /// Cells of which some service does not answer whole.
    var impaired: [String] = []

    struct Observation {
        var impact: ObservedImpact
        var comparison: ImpactComparison
    }

    init(report: BlastRadiusReport, observed: Observation? = nil) {
        self.report = report
        self.observed = observed
    }

    /// Customers have moved since the routers counted them: all is told by the placement of then, as far as it is known.
    mutating func take(_ moved: ObservedBlastRadius.Observed.Moved?, _ told: FeedImpact?) {
        switch moved {
        case nil: break
        case .unknown: isUnknown = true
        case .foretold:
            if let before = told?.before {
                (report, epoch) = (before.report, before.epoch)
            } else if let counts = told?.predicted {
                (report.lost, report.degraded, report.untouched) = (counts.lost, counts.degraded, counts.untouched)
                report.noQuorum = counts.noQuorum ?? report.noQuorum
                isCountedAlone = true
            }
        }
    }

    var document: ObservedBlastRadius {
        ObservedBlastRadius(
            report: report, epoch: epoch, impaired: impaired.isEmpty ? nil : impaired, observed: observed?.document)
    }

    var full: Report {
        Report(document, names: report.cells.map { "cell/\($0)" }) { style in headline + "\n\n" + table(style) + legend
        }
    }

    private var headline: String {
        let isOver = isSeen && observed?.impact.isOpen == false
        var parts: [String] = []
        if !report.cells.isEmpty {
            let count = "\(Wording.plural(report.cells.count, words == nil ? "dead cell" : "cell")) of \(report.of)"
            parts.append("\(count): \(phrases(report.cells))")
        } else if !isOver || impaired.isEmpty {
            parts.append("no cell that takes customers is \(words == nil ? "dead" : "out")")
        }
        if !report.idle.isEmpty {
            let idle = "without customers: \(phrases(report.idle))"
            if parts.isEmpty { parts.append(idle) } else { parts[0] += " (\(idle))" }
        }
        if !impaired.isEmpty {
            let cells = "\(Wording.plural(impaired.count, "cell")): \(list(impaired))"
            parts.append("a service \(isOver ? "did" : "does") not answer whole in \(cells)")
        }
        let placement = epoch.map { ", by the placement of epoch \($0), before customers moved" } ?? ""
        return (isOver ? "the last fault, over for \(over): " : "") + parts.joined(separator: "; ")
            + "; \(Wording.plural(report.customers, "customer"))\(placement)"
    }

    /// `a, b dead, c out for every router`.
    private func phrases(_ cells: [String]) -> String {
        guard let words else { return list(cells) }
        var order: [String] = []
        for cell in cells { if let word = words[cell], !order.contains(word) { order.append(word) } }
        return order.map { word in "\(list(cells.filter { words[$0] == word })) \(word)" }.joined(separator: ", ")
    }

    /// Since when the last fault is over.
    private var over: String { Wording.time(milliseconds: Double(observed?.impact.endedMilliseconds ?? 0)) }

    private func list(_ cells: [String]) -> String {
        let shown = cells.prefix(12).joined(separator: ", ")
        return cells.count > 12 ? "\(shown), ..." : shown
    }

    private func table(_ style: TableStyle) -> String {
        var table = style.table(
            [
                .init("CUSTOMERS"), .init("PREDICTED", .right), .init("SHARE", .right), .init("EXPECTED", .right),
                .init("ONE POOL", .right), .init("PLAIN CELLS", .right),
            ] + (observed == nil ? [] : [.init("OF THOSE SEEN", .right), .init("OBSERVED", .right)]))
        // What is by another placement than the counts stands nowhere.
        let isOther = isUnknown || isCountedAlone
        func expected(_ mean: Double, _ deviation: Double) -> String {
            isOther ? "-" : "\(Wording.fixed(mean, 1)) ± \(Wording.fixed(deviation, 1))"
        }
        let expectation = report.expected
        let rows: [(name: String, counts: KeyPath<BlastRadiusReport.Counts, Int>, count: Int, expected: String)] = [
            ("lost", \.lost, report.lost, expected(expectation.lost, expectation.lostDeviation)),
            ("degraded", \.degraded, report.degraded, expected(expectation.degraded, expectation.degradedDeviation)),
            ("untouched", \.untouched, report.untouched, ""),
        ]
        for row in rows {
            var cells = [
                row.name, isUnknown ? "-" : Wording.count(row.count),
                isUnknown ? "-" : Wording.percent(row.count, of: report.customers), row.expected,
            ]
            cells += [report.traditional, report.plainCells].map {
                isOther ? "-" : Wording.count($0[keyPath: row.counts])
            }
            if let observed {
                cells += [
                    observed.comparison.moved == .unknown
                        ? "-" : Wording.count(observed.comparison.counts[keyPath: row.counts]),
                    Wording.count(observed.impact.counts[keyPath: row.counts]),
                ]
            }
            table.add(cells.map { TableWriter.Cell($0) })
        }
        var quorum = [
            "no quorum", isUnknown ? "-" : Wording.count(report.noQuorum),
            isUnknown ? "-" : Wording.percent(report.noQuorum, of: report.customers),
        ]
        if let observed {
            quorum += [
                "", "", "", observed.comparison.moved == .unknown ? "-" : Wording.count(observed.comparison.noQuorum),
                Wording.count(observed.impact.noQuorum),
            ]
        }
        table.add(quorum.map { TableWriter.Cell($0) })
        // What a service does to customers is no matter of what is left of their shards.
        if let observed, !impaired.isEmpty || !observed.impact.impaired.isEmpty {
            table.add(
                ["harmed", "-", "-", "", "", "", "-", Wording.count(observed.impact.harmed)].map {
                    TableWriter.Cell($0)
                })
        }
        return table.render()
    }

    private var legend: String {
        var text = ""
        if let shares = report.requests, !report.cells.isEmpty, !isUnknown, !isCountedAlone {
            text =
                "\nby popularity \(Wording.percent(shares.lost)) of the requests are of lost customers, "
                + "\(Wording.percent(shares.noQuorum)) of those without a quorum for their records\n"
        }
        guard let observed else { return text }
        return text + "\n" + legend(observed)
    }

    private static let mostDeviations = 10

    private func legend(_ observed: Observation) -> String {
        let impact = observed.impact
        var text = ""
        if !impact.silent.isEmpty { text += "no answer from: \(impact.silent.joined(separator: ", "))\n" }
        guard impact.total.requests > 0 else {
            return text + "observed: nobody has asked \(impact.isOpen ? "since the fault began" : "meanwhile")\n"
        }
        let window = Wording.time(milliseconds: Double(impact.windowMilliseconds))
        let deviations = observed.comparison.deviations
        let kept = observed.comparison.moved == .foretold ? " before customers moved" : ""
        let agreement =
            observed.comparison.moved == .unknown
            ? "and customers have moved since: what was predicted for them is not known any more"
            : deviations.isEmpty
                ? "each as predicted\(kept)" : "\(Wording.count(deviations.count)) not as predicted\(kept)"
        text +=
            "observed: \(Wording.plural(impact.customers, "customer")) asked within \(window) of the fault, "
            + "\(agreement)\n" + "  " + Self.sentence(impact.outcomes) + "\n"
        if impact.total.requests > impact.outcomes.requests {
            text += "  of the whole window: " + Self.sentence(impact.total) + "\n"
        }
        for deviation in deviations.prefix(Self.mostDeviations) {
            text += "  \(deviation.title): \(deviation.sentence)\n"
        }
        if deviations.count > Self.mostDeviations {
            text += "  and \(Wording.count(deviations.count - Self.mostDeviations)) more (-o json names them)\n"
        }
        return text
    }

    private static func sentence(_ outcomes: ObservedImpact.Outcomes) -> String {
        let rate = Wording.percent(outcomes.harmed, of: outcomes.requests)
        return "\(Wording.plural(outcomes.requests, "request")), \(rate) harmed: \(Wording.count(outcomes.failed)) "
            + "failed, \(Wording.count(outcomes.noQuorum)) without a quorum, \(Wording.count(outcomes.refused)) "
            + "refused; \(Wording.count(outcomes.slow)) slow"
    }

    /// One line for `kill`: what the dead cells mean.
    func sentence(_ verb: String) -> String {
        "\(verb): \(Wording.count(report.lost)) lost, \(Wording.count(report.degraded)) degraded "
            + "(\(Wording.count(report.noQuorum)) without a quorum for their records), "
            + "\(Wording.count(report.untouched)) untouched of \(Wording.plural(report.customers, "customer"))"
    }
}

extension BlastRadiusView.Observation {
    var document: ObservedBlastRadius.Observed {
        var found = ObservedBlastRadius.Observed()
        found.customers = impact.customers
        (found.lost, found.degraded, found.untouched) =
            (impact.counts.lost, impact.counts.degraded, impact.counts.untouched)
        (found.noQuorum, found.predictedNoQuorum) = (impact.noQuorum, comparison.noQuorum)
        (found.windowMilliseconds, found.open, found.overflow) =
            (impact.windowMilliseconds, impact.isOpen, impact.overflow)
        (found.cells, found.routers, found.silent) = (impact.cells, impact.routers, impact.silent)
        found.impaired = impact.impaired.isEmpty ? nil : impact.impaired
        (found.outcomes, found.total) = (impact.outcomes, impact.total)
        if impact.outcomes.requests > 0 {
            found.failureRate = Double(impact.outcomes.harmed) / Double(impact.outcomes.requests)
        }
        (found.predicted, found.different) = (comparison.counts, comparison.different)
        (found.unexpected, found.moved) = (comparison.different, comparison.moved)
        found.deviations = comparison.deviations.prefix(ImpactComparison.mostNamed).map {
            ObservedBlastRadius.Deviation(
                customer: $0.title, predicted: "\($0.predicted)", observed: $0.observed.effect.rawValue,
                outcomes: $0.observed.outcomes)
        }
        return found
    }
}
