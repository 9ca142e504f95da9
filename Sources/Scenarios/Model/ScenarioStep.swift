import Drills
import MeshBase

/// One step of a method.
package enum ScenarioStep: Sendable, Equatable {
    case action(ScenarioAction)
    /// A look at the mesh at this place.
    case probe(ScenarioProbe)
    /// A look at something beside it.
    case look(CallProbe)

    /// As it is told.
    package var name: String {
        switch self {
        case .action(let action): action.name
        case .probe(let probe): probe.name
        case .look(let probe): probe.name
        }
    }
}

/// Something that is done to a mesh.
package struct ScenarioAction: Sendable, Equatable {
    /// As it is told.
    package var name: String
    /// What is done.
    package var deed: ScenarioDeed
    /// After which it is made good by itself; nil for what ends by itself.
    package var length: TimeAmount?
    /// Waited before it.
    package var pauseBefore = TimeAmount.zero
    /// Waited after it, before the next step.
    package var pauseAfter = TimeAmount.zero
    /// Since the method began: beside the steps before it, not after them.
    package var startAfter: TimeAmount?
    /// The next step does not wait for it.
    package var isBackground = false
    /// Its targets are struck one after the other, so long after each other; all at once where nil.
    package var apart: TimeAmount?
    /// Of an evacuation or a restore: percent of the customers that have moved after each stage, and how long each stage is
    /// watched; the mesh's where nil.
    package var stages: [Int]?
    /// See `stages`.
    package var watch: TimeAmount?
    /// Where it is written.
    package var source = ScenarioPlace()

    package init(_ name: String, _ deed: ScenarioDeed, for length: TimeAmount? = nil) {
        self.name = name
        self.deed = deed
        self.length = length
    }

    /// As a refusal names it: with its place, where it has one.
    package var label: String { (source.text.map { "\($0): " } ?? "") + name }
}

/// Where something is written, as `file:line:column`. Two things that differ in it alone are equal.
package struct ScenarioPlace: Sendable, Hashable {
    /// Nil for what no file says.
    package var text: String?

    package init(_ text: String? = nil) { self.text = text }

    package static func == (_: ScenarioPlace, _: ScenarioPlace) -> Bool { true }
    package func hash(into _: inout Hasher) {}
}

/// A look at one figure of the mesh.
package struct ScenarioProbe: Sendable, Equatable {
    /// As it is told.
    package var name: String
    /// What is looked at.
    package var measure: Measure
    /// Where it has to lie.
    package var tolerance: Tolerance
    /// How far back it looks, for what is counted second by second.
    package var window = TimeAmount.seconds(5)
    /// Where it is a command that sends a load of its own: what that would be.
    package var command: ProbeCommand?

    package init(_ name: String, _ measure: Measure, _ tolerance: Tolerance) {
        self.name = name
        self.measure = measure
        self.tolerance = tolerance
    }
}

/// Where a figure has to lie: one end or both.
package struct Tolerance: Sendable, Equatable {
    /// Included; nil: however low.
    package var low: MeasureBound.Bound?
    /// Included; nil: however high.
    package var high: MeasureBound.Bound?

    package init(low: MeasureBound.Bound? = nil, high: MeasureBound.Bound? = nil) {
        self.low = low
        self.high = high
    }

    /// As bounds of a measure: each end that says anything. A share is never below 0 or above 1.
    package func bounds(_ measure: Measure) -> [MeasureBound] {
        var bounds: [MeasureBound] = []
        let isShare = measure.figure.unit == .share
        let isOne = low != nil && low == high
        if let low, isOne { return [MeasureBound(measure, .equal, low)] }
        if let low, !(low == .figure(0)) { bounds.append(MeasureBound(measure, .atLeast, low)) }
        if let high, !(isShare && high == .figure(1)) { bounds.append(MeasureBound(measure, .atMost, high)) }
        return bounds
    }
}

/// When a run is given up: a figure that stands so for some time.
package struct AbortRule: Sendable, Equatable {
    package var bound: MeasureBound
    /// In whole seconds that follow each other; at least one.
    package var length: TimeAmount

    package init(_ bound: MeasureBound, for length: TimeAmount = .seconds(1)) {
        self.bound = bound
        self.length = length
    }

    /// As it is written: `success<90% for 3s`.
    package var text: String { length > .seconds(1) ? "\(bound.text) for \(Syntax.written(length))" : bound.text }

    /// Parses `success<90% for 3s` and `lost>25`.
    package init(text: String) throws(MeasureBound.Invalid) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        guard parts.count >= 3, parts[parts.count - 2] == "for" else {
            self.init(try MeasureBound(text: text))
            return
        }
        guard let length = Syntax.duration(parts[parts.count - 1]), length >= .seconds(1), length <= .hours(1) else {
            throw MeasureBound.Invalid("'\(parts[parts.count - 1])' is not how long it has to hold: 1s to 1h")
        }
        self.init(try MeasureBound(text: parts.dropLast(2).joined(separator: " ")), for: length)
    }
}
