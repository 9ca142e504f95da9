import MeshBase
import Resilience

/// A pool by formulas and as measured.
package struct BulkheadLabReport: Sendable, Equatable, Encodable {
    /// The same in virtual time.
    package struct Measured: Sendable, Equatable {
        /// Busy share of the workers, 0...1.
        package let utilisation: Double
        /// Share of requests that waited at all, 0...1.
        package let waitProbability: Double
        /// Over all requests.
        package let meanWait: TimeAmount
        /// 99 % of all requests waited no longer.
        package let p99Wait: TimeAmount
        /// Share of requests that waited longer than promised.
        package let above: Double
    }

    /// What was asked.
    package let settings: BulkheadLab.Settings
    /// The size that is judged.
    package let size: PoolSizing.Size
    /// What the formulas say of it.
    package let queue: MultiServerQueue
    /// Where the size was found by its cost.
    package let cost: PoolSizing.Cost?
    /// Processors x (1 + wait/service).
    package let threads: Int
    /// Nil where nothing was run, or the queue has no end.
    package let measured: Measured?

    private enum CodingKeys: String, CodingKey {
        case schema, seed, from, rate, offered, workers, core, queue, threads, utilisation, cost, measured
        case service = "service_ms"
        case waitProbability = "wait_probability"
        case wait = "wait_ms"
        case above = "above_sla"
        case keepAlive = "keep_alive_ms"
    }

    private struct Waits: Encodable {
        let mean: Double?
        let p99: Double?
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(settings.seed, forKey: .seed)
        try document.encode(settings.from, forKey: .from)
        try document.encode(settings.rate, forKey: .rate)
        try document.encode(settings.service.milliseconds, forKey: .service)
        try document.encode(queue.load, forKey: .offered)
        try document.encode(size.workers, forKey: .workers)
        try document.encode(size.core, forKey: .core)
        try document.encode(size.queue, forKey: .queue)
        try document.encode(PoolSizing.keepAlive.milliseconds, forKey: .keepAlive)
        try document.encode(threads, forKey: .threads)
        try document.encode(queue.utilisation, forKey: .utilisation)
        try document.encode(queue.waitProbability, forKey: .waitProbability)
        func finite(_ seconds: Double) -> Double? { seconds.isFinite ? seconds * 1_000 : nil }
        try document.encode(
            Waits(mean: finite(queue.meanWait), p99: finite(queue.wait(quantile: 0.99))), forKey: .wait)
        try document.encode(queue.probability(waitAbove: settings.promised), forKey: .above)
        try document.encode(cost?.total, forKey: .cost)
        guard let measured else { return try document.encodeNil(forKey: .measured) }
        var nested = document.nestedContainer(keyedBy: CodingKeys.self, forKey: .measured)
        try nested.encode(measured.utilisation, forKey: .utilisation)
        try nested.encode(measured.waitProbability, forKey: .waitProbability)
        try nested.encode(
            Waits(mean: measured.meanWait.milliseconds, p99: measured.p99Wait.milliseconds), forKey: .wait)
        try nested.encode(measured.above, forKey: .above)
    }

    /// For people.
    package var sheet: LabSheet {
        var sheet = LabSheet(
            title: "The size of a pool",
            lead: [
                "\(LabCommandLine.written(settings.rate)) requests/s hold a worker for "
                    + "\(LabCommandLine.told(settings.held)) each: \(LabCommandLine.written(queue.load)) in work at once "
                    + "(Little's law). \(size.workers) workers, \(size.core) of them kept while idle, and \(size.queue) "
                    + "places in the queue."
            ], replay: settings.command)
        if !queue.isStable {
            sheet.lead.append("\(size.workers) workers are too few: the queue has no end.")
        }
        sheet.tables = [comparison]
        if let cost { sheet.tables.append(costs(cost)) }
        sheet.charts = [curve]
        sheet.notes = [
            "Predicted: Erlang C; where work varies otherwise than exponentially, the approximation of Allen and Cunneen.",
            "Threads for work that waits for others: \(settings.processors) processors x (1 + wait/service) = \(threads).",
        ]
        if let from = settings.from {
            sheet.lead.append(LabRecording(from).lead)
            sheet.notes.append(
                "Of a run whole requests are known, from when they were meant to be sent: waits for workers that there were "
                    + "already are in these times, so that the size is rather too large.")
        }
        if cost == nil, settings.workers == nil {
            sheet.notes.append(
                "The size keeps \(LabCommandLine.written(PoolSizing.target * 100)) % of the workers busy.")
        }
        return sheet
    }

    private var comparison: LabTable {
        func seconds(_ value: Double) -> LabFigure { value.isFinite ? .time(TimeAmount(seconds: value)) : .none }
        var table = LabTable(columns: ["FIGURE", "PREDICTED", "MEASURED"])
        table.rows = [
            [.text("utilisation"), .share(queue.utilisation), measured.map { .share($0.utilisation) } ?? .none],
            [
                .text("wait at all"), .share(queue.waitProbability),
                measured.map { .share($0.waitProbability) } ?? .none,
            ],
            [.text("mean wait"), seconds(queue.meanWait), .time(measured?.meanWait)],
            [.text("99 % wait no longer than"), seconds(queue.wait(quantile: 0.99)), .time(measured?.p99Wait)],
            [
                .text("wait longer than \(LabCommandLine.written(settings.promised))"),
                .share(queue.probability(waitAbove: settings.promised)), measured.map { .share($0.above) } ?? .none,
            ],
        ]
        return table
    }

    private func costs(_ cost: PoolSizing.Cost) -> LabTable {
        LabTable(
            "The least cost", columns: ["WORKERS", "COST OF WORKERS", "PENALTIES EXPECTED", "TOGETHER"],
            rows: [[.count(cost.workers), .number(cost.held, 2), .number(cost.penalty, 2), .number(cost.total, 2)]])
    }

    private var curve: LabChart {
        let least = Int(queue.load) + 1
        let sizes = Array(least...max(least + 10, size.workers + 5)).prefix(200)
        let waits = sizes.map {
            MultiServerQueue(
                rate: queue.rate, service: settings.held, workers: $0, serviceVariation: 2 * queue.variation - 1
            ).waitProbability
        }
        return LabChart(
            "Share of requests that wait, by workers", across: "workers", upwards: "share",
            series: [.init("Erlang C", x: sizes.map { Double($0) }, y: waits, isPredicted: true)],
            marks: [.init(Double(size.workers), "\(size.workers) workers")])
    }
}

extension BulkheadLab.Settings {
    var command: String {
        var line = LabCommandLine("bulkhead")
        line.add("rate", number: rate)
        line.add("service", service)
        if wait > .zero { line.add("wait", wait) }
        line.add("variance", number: variance)
        line.add("sla", promised)
        if let cost { line.add("cost", number: cost) }
        if let penalty { line.add("penalty", number: penalty) }
        if let workers { line.add("workers", workers) }
        line.add("processors", processors)
        line.add("requests", requests)
        line.add("seed", seed)
        return line.text
    }
}
