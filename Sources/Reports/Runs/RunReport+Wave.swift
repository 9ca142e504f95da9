import Drills
import MeshBase

extension FailureWave {
    /// Of a load, whose cause nobody knows: from its first failure on.
    package init(_ series: RunSeries) {
        func failures(_ columns: RunSeries.Columns) -> [UInt64] {
            zip(columns.requests, columns.ok).map { $0 - min($1, $0) }
        }
        let failed = failures(series.all)
        let first = failed.firstIndex { $0 > 0 } ?? 0
        func firsts(_ groups: [String: RunSeries.Columns]) -> [Int] {
            groups.values.compactMap { columns in
                zip(columns.requests, failures(columns)).enumerated().first { _, counts in
                    counts.1 > 0 && Double(counts.1) >= Self.seen * Double(counts.0)
                }?.offset
            }.sorted()
        }
        self.init(
            requests: Array(series.all.requests.dropFirst(first)), failed: Array(failed.dropFirst(first)),
            period: .milliseconds(series.period), services: firsts(series.services), cells: firsts(series.cells))
    }

    /// Its figures for people, each with its name; first of all the formula, or why there is none.
    package var rows: [(name: String, text: String)] {
        func number(_ value: Double) -> String { Wording.fixed(value, 3) }
        func rate(_ value: Double, _ unit: String) -> String { "\(Wording.fixed(value, 2)) \(unit)/s" }
        var rows: [(name: String, text: String)] = []
        if let fit {
            rows.append(
                (
                    "wave",
                    "\(number(fit.a)) e^(\(number(fit.beta)) t) sin(\(number(fit.omega)) t + \(number(fit.phi)))"
                ))
            rows.append(
                ("A, beta, omega, phi", [fit.a, fit.beta, fit.omega, fit.phi].map(number).joined(separator: ", ")))
            let length = Wording.time(milliseconds: Double(fit.points) * periodMilliseconds)
            let adjusted = fit.adjusted.map { ", \(number($0)) of what a flat line leaves (adjusted)" } ?? ""
            rows.append(("r2", "\(number(fit.r2)) over \(length)\(adjusted)"))
            if let course = fit.course { rows.append(("course", course.sentence)) }
        } else {
            rows.append(("wave", missing ?? "none"))
        }
        if let saturated {
            rows.append(("saturated after", Wording.time(milliseconds: Double(saturated + 1) * periodMilliseconds)))
        }
        if let detectionMilliseconds {
            rows.append(("seen after", Wording.time(milliseconds: detectionMilliseconds)))
        }
        if let humanRatio {
            rows.append(
                (
                    "a person takes",
                    "\(Wording.time(milliseconds: Self.human.milliseconds)), \(Wording.fixed(humanRatio, 1)) times as long"
                ))
        }
        if let servicesPerSecond { rows.append(("spread", rate(servicesPerSecond, "services"))) }
        if let cellsPerSecond { rows.append(("spread", rate(cellsPerSecond, "cells"))) }
        return rows
    }

    /// The share of requests that failed, with the wave over it as far as it was fitted.
    var chart: HTMLChart {
        let period = periodMilliseconds / 1_000
        let x = errors.indices.map { (Double($0) + 0.5) * period }
        var chart = HTMLChart("Failures and their wave", across: "s since the cause", upwards: "%")
        chart.series = [.init("requests that failed", x: x, y: errors.map { $0 * 100 }, .area, color: 1)]
        if let fit {
            let fitted = errors.indices.dropFirst(from).prefix(fit.points)
            chart.series.append(
                .init(
                    "wave", x: fitted.map { x[$0] }, y: fitted.map { fit(Double($0 - from) * period) * 100 }, .dashed,
                    color: 0))
        }
        if let detectionMilliseconds { chart.marks.append(.init(detectionMilliseconds / 1_000, "seen")) }
        if let saturated { chart.marks.append(.init(Double(saturated) * period, "saturated")) }
        return chart
    }

    /// The section of a page.
    var html: HTML {
        var table = HTMLTable("How failures grew", [.init("Figure", isText: true), .init("Value", isText: true)])
        table.rows = rows.map { ["\($0.name)", "\($0.text)"] }
        return (errors.contains { $0 > 0 } && errors.count > 1 ? chart.html : "") + table.html
    }
}

extension FailureWave.Course {
    /// For people.
    fileprivate var sentence: String {
        switch self {
        case .growing: "growing: envelope and curve rise"
        case .dying: "dying away: envelope and curve fall"
        case .level: "level: it swings, or the sine takes back what the envelope adds"
        }
    }
}
