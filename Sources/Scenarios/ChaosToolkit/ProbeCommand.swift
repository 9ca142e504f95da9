import Chaos
import Drills
import MeshBase

/// A probe as a command of this program, both ways: `load run`, a load of its own for the length of its window, held to bounds of
/// one figure.
package struct ProbeCommand: Sendable, Equatable {
    package var measure: Measure
    package var tolerance: Tolerance
    /// How long the load lasts.
    package var window: TimeAmount
    /// What is asked meanwhile; nothing is read back.
    package var load: ScenarioLoad
    /// Of the load; the mesh's where nil.
    package var seed: UInt64?

    /// What `load run` asks where nothing is said.
    private static let (rate, duration) = (100.0, TimeAmount.seconds(10))

    /// The words of the command that looks as a probe does while the scenario's load is sent; nil where none does exactly that.
    package static func words(for probe: ScenarioProbe, _ load: ScenarioLoad, seed: UInt64?) -> [String]? {
        var asked = load
        // Reading back, and both sides of a cut, are a drill's.
        (asked.verifies, asked.isTwoSided) = (false, false)
        let command = ProbeCommand(
            measure: probe.measure, tolerance: probe.tolerance, window: probe.window, load: asked, seed: seed)
        guard !load.isTwoSided, let words = command.words, let back = try? ProbeCommand(words), back.says(command)
        else { return nil }
        return words
    }

    /// Whether it asks and holds the same: an end that says nothing is none.
    private func says(_ other: ProbeCommand) -> Bool {
        measure == other.measure && tolerance.bounds(measure) == other.tolerance.bounds(measure)
            && window == other.window && load.asks(as: other.load) && seed == other.seed
    }

    private var words: [String]? {
        let bounds = tolerance.bounds(measure)
        guard measure.scope == nil, !bounds.isEmpty, bounds.allSatisfy({ Self.isKnown($0) }) else { return nil }
        var words = ["load", "run", "--rate", Syntax.written(load.rate), "--duration", Syntax.written(window)]
        if let service = load.service { words += ["--service", service] }
        words += ["--mix", load.mixText]
        if let priorities = load.prioritiesText { words += ["--priorities", priorities] }
        if let customers = load.customers { words += ["--customers", "\(customers)"] }
        if let seed { words += ["--seed", "\(seed)"] }
        for bound in bounds { words += ["--slo", bound.text] }
        return words + ["--no-report"]
    }

    /// Whether a load tells it of itself.
    private static func isKnown(_ bound: MeasureBound) -> Bool {
        guard case .figure = bound.bound else { return false }
        switch bound.measure.figure {
        case .success, .errorRate, .percentile, .rate, .longest: return true
        default: return false
        }
    }

    private init(measure: Measure, tolerance: Tolerance, window: TimeAmount, load: ScenarioLoad, seed: UInt64?) {
        (self.measure, self.tolerance, self.window) = (measure, tolerance, window)
        (self.load, self.seed) = (load, seed)
    }

    /// - Throws: where it is no probe, or holds what no probe does.
    package init(_ words: [String]) throws(FaultRequest.Refusal) {
        guard words.starts(with: ["load", "run"]) else {
            throw FaultRequest.Refusal("probes are 'load run --duration 5s --slo success>=99%'")
        }
        let given = try CommandWords(
            words.dropFirst(2),
            values: [
                "--rate", "--duration", "--service", "--mix", "--priorities", "--customers", "--seed", "--slo",
            ], flags: ["--no-report"], again: ["--slo"])
        guard given.plain.isEmpty else {
            throw FaultRequest.Refusal("'load run' takes options alone, and not '\(given.plain[0].prefix(64))'")
        }
        load = ScenarioLoad()
        load.verifies = false
        load.rate = try given.value("--rate", "number of requests a second") { Syntax.decimal($0[...]) } ?? Self.rate
        load.service = given.all("--service").first
        if let customers = try given.integer("--customers") { load.customers = customers }
        seed = try given.value("--seed", "whole number") { UInt64($0) }
        window = try given.duration("--duration") ?? Self.duration
        func shares(_ option: String, _ names: [String]) throws(FaultRequest.Refusal) -> [Double]? {
            guard let text = given.all(option).first else { return nil }
            do throws(Syntax.BadShares) { return try Syntax.shares(text, names: names, of: "'\(option)'") } catch {
                throw FaultRequest.Refusal(error.description)
            }
        }
        if let mix = try shares("--mix", ScenarioLoad.kinds) {
            (load.reads, load.writes, load.services) = (mix[0], mix[1], mix[2])
        } else if load.service != nil {
            (load.reads, load.writes, load.services) = (0, 0, 1)
        }
        load.priorities = try shares("--priorities", ScenarioLoad.classes)
        var bounds: [MeasureBound] = []
        for text in given.all("--slo") {
            do throws(MeasureBound.Invalid) { bounds.append(try MeasureBound(text: text)) } catch {
                throw FaultRequest.Refusal("\(error)")
            }
        }
        guard let first = bounds.first else { throw FaultRequest.Refusal("it has no --slo to hold") }
        guard bounds.allSatisfy({ $0.measure == first.measure }) else {
            throw FaultRequest.Refusal("one probe holds one figure: make a probe of each --slo")
        }
        measure = first.measure
        tolerance = Tolerance()
        for bound in bounds {
            let isLow = [.atLeast, .above, .equal].contains(bound.comparison)
            let isHigh = [.atMost, .below, .equal].contains(bound.comparison)
            guard !(isLow && tolerance.low != nil), !(isHigh && tolerance.high != nil) else {
                throw FaultRequest.Refusal("'\(bound.text)' is one bound too many")
            }
            if isLow { tolerance.low = bound.bound }
            if isHigh { tolerance.high = bound.bound }
        }
    }
}
