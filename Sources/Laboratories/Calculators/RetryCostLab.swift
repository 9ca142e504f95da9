import MeshBase
import Resilience

/// What retries cost (G3): directly by the attempts, which are calculated and counted, and beside that by people and by what
/// is lost while waiting.
package struct RetryCostLab: Sendable, Equatable {
    /// Of one attempt: computing, network, storage.
    package var perRequest = 0.0001
    /// Requests a second.
    package var rate = 10_000.0
    /// Of the attempts, the share that fails, 0...1; each by itself.
    package var failures = 0.02
    /// Attempts after the first, at most, 0...15.
    package var retries = 2
    /// Of a month: engineering, monitoring, incidents.
    package var indirect = 0.0
    /// What a second that a request waits for its retries costs.
    package var delayCost = 0.0
    /// Mean wait before a retry.
    package var delay = TimeAmount.milliseconds(100)
    /// Of a month: customers who leave, and penalties.
    package var lost = 0.0
    /// Calls that are counted, 0...1000000.
    package var calls = 50_000
    /// Of the run.
    package var seed: UInt64 = 1

    /// 10 000 requests a second, of which 2 % fail.
    package init() {}

    /// Seconds of a month of 30 days.
    static let month = 2_592_000.0

    /// What came of it.
    package struct Report: Sendable, Equatable, Encodable {
        /// What was asked.
        package let settings: RetryCostLab
        /// Retries for each request, by formula.
        package let ratio: Double
        /// The same as counted; nil where nothing was.
        package let measured: Double?
        /// Of a month without any retry.
        package var base: Double { settings.perRequest * settings.rate * RetryCostLab.month }
        /// Of the retries of a month.
        package var direct: Double { base * ratio }
        /// Of a month.
        package var indirect: Double { settings.indirect }
        /// Of a month: waits, and who leaves.
        package var opportunity: Double {
            settings.rate * RetryCostLab.month * ratio * settings.delay.seconds * settings.delayCost + settings.lost
        }
        /// All three.
        package var total: Double { direct + indirect + opportunity }
    }

    /// Retries for each request: p + p^2 + ... + p^retries.
    static func ratio(failures: Double, retries: Int) -> Double {
        var (sum, power) = (0.0, 1.0)
        for _ in 0..<retries {
            power *= failures
            sum += power
        }
        return sum
    }

    /// Calculates and counts.
    package func run() throws(LabRefusal) -> Report {
        try LabRefusal.check("cost of a request", perRequest, 0...1e9)
        try LabRefusal.check("rate", rate, 0.001...1e9)
        try LabRefusal.check("failures", failures, 0...1)
        try LabRefusal.check("retries", retries, 0...15)
        try LabRefusal.check("calls", calls, 0...1_000_000)
        for (name, cost) in [("indirect", indirect), ("cost of delay", delayCost), ("lost", lost)] {
            try LabRefusal.check(name, cost, 0...1e15)
        }
        try LabRefusal.check("seconds of delay", delay.seconds, 0...3_600)
        return Report(
            settings: self, ratio: Self.ratio(failures: failures, retries: retries),
            measured: calls > 0 ? measure() : nil)
    }

    /// Calls through the engine, at a target that fails by chance.
    private func measure() -> Double {
        var timeouts = TimeoutPolicy.local
        timeouts.call = .minutes(10)
        timeouts.attempt = .seconds(10)
        let plan = CallPlan(
            isSpread: false, timeouts: timeouts, deadline: .none,
            retry: RetryPolicy(
                attempts: retries + 1, backoff: BackoffPolicy(.constant, base: .milliseconds(1), cap: .milliseconds(1)),
                budget: RetryBudgetPolicy(ratio: 10, floor: 1_000_000)), hedge: .off)
        let model = ChainModel(
            hops: [.init(plan: plan, gate: .off)], workers: 1_000_000, queue: 0, withdraws: true, rate: 1_000,
            end: .zero + TimeAmount(seconds: Double(calls) / 1_000), seed: seed)
        var run = ChainRun(model, ChanceLeaf(seed: seed, failures: failures))
        run.run()
        let seconds = run.tally.seconds.count
        return run.tally.ratio(0, seconds, { $0.attempts[0] }, of: { $0.offered }) - 1
    }

    var command: String {
        var line = LabCommandLine("retry-cost")
        line.add("per-request", number: perRequest)
        line.add("rate", number: rate)
        line.add("failures", share: failures)
        line.add("retries", retries)
        if indirect > 0 { line.add("indirect", number: indirect) }
        if delayCost > 0 { line.add("delay-cost", number: delayCost) }
        line.add("delay", delay)
        if lost > 0 { line.add("lost", number: lost) }
        line.add("calls", calls)
        line.add("seed", seed)
        return line.text
    }
}

/// Fails by chance, at once.
struct ChanceLeaf: LeafModel {
    var seed: UInt64
    var failures: Double

    func refusal(request: UInt64, attempt: UInt64, replica: Int, now: Instant) -> LeafWork? { nil }

    func work(request: UInt64, attempt: UInt64, replica: Int, now: Instant) -> LeafWork {
        var random = Generator(seed: seed, concern: "lab/chance", node: request, counter: attempt)
        return LeafWork(
            took: .milliseconds(1), end: random.chance(failures) ? AttemptEnd(.failed, .reset) : .ok)
    }
}

extension RetryCostLab.Report {
    private enum CodingKeys: String, CodingKey {
        case schema, seed, base, direct, indirect, opportunity, total, ratio, measured
        case perRequest = "per_request"
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(settings.seed, forKey: .seed)
        try document.encode(base, forKey: .base)
        try document.encode(direct, forKey: .direct)
        try document.encode(indirect, forKey: .indirect)
        try document.encode(opportunity, forKey: .opportunity)
        try document.encode(total, forKey: .total)
        try document.encode(total / (settings.rate * RetryCostLab.month), forKey: .perRequest)
        try document.encode(ratio, forKey: .ratio)
        try document.encode(measured, forKey: .measured)
    }

    /// For people.
    package var sheet: LabSheet {
        var sheet = LabSheet(
            title: "What retries cost",
            lead: [
                "\(LabCommandLine.written(settings.rate)) requests/s, of whose attempts "
                    + "\(LabCommandLine.written(settings.failures * 100)) % fail, with up to \(settings.retries) retries; a "
                    + "month has 30 days."
            ], replay: settings.command)
        sheet.tables = [
            LabTable(
                columns: ["RETRIES FOR EACH REQUEST", "SHARE"],
                rows: [
                    [.text("predicted"), .share(ratio)], [.text("measured"), measured.map { .share($0) } ?? .none],
                    [.text("published"), .share(0.0185)],
                ]),
            LabTable(
                columns: ["A MONTH", "COST"],
                rows: [
                    [.text("without retries"), .number(base, 0)], [.text("direct"), .number(direct, 0)],
                    [.text("indirect"), .number(indirect, 0)], [.text("opportunity"), .number(opportunity, 0)],
                    [.text("retries, all together"), .number(total, 0)], [.text("of a year"), .number(total * 12, 0)],
                ]),
        ]
        sheet.notes = [
            "Predicted: p + p^2 + ... of attempts that fail each by itself. In an outage they do not: there each request "
                + "costs all of its attempts (see 'cellmesh lab retry-storm').",
            "Published: 47 832 a month, 573 984 a year; the 18 % that are printed beside it are off by ten.",
        ]
        return sheet
    }
}
