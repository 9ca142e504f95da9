/// A rehearsal of a failure: steps in an order, of which those that take back are taken whatever happens.
public struct Drill: Sendable, Equatable {
    /// As it is asked for: `drill run NAME`.
    public let name: String
    /// What it rehearses, as a headline.
    public let title: String
    /// What it does, in a sentence.
    public let does: String
    /// In order; at least one injects and one takes back.
    public let steps: [DrillStep]

    /// A region is evacuated and taken back under load.
    public static let evacuation = Drill(
        name: "evacuation", title: "A region is left and taken back under load",
        does: "moves every customer off a region, holds, brings them back, and reads every acknowledged write",
        steps: [.validate, .predict, .baseline, .evacuate, .hold, .restore, .settle, .readBack, .tidy])

    /// A region is cut off from all others.
    public static let partition = Drill(
        name: "partition", title: "A region is cut off from all others under load",
        does: "cuts a region off, shows what each tier's clients see on both sides, heals, and reads every write",
        steps: [.validate, .predict, .baseline, .cut, .hold, .heal, .settle, .readBack, .tidy])

    /// All that this program has, by name.
    public static let builtIn = [evacuation, partition]

    /// One of `builtIn`; nil for any other name.
    public static func named(_ name: String) -> Drill? { builtIn.first { $0.name == name } }
}

/// One step of a drill. The raw value is its name in reports.
public enum DrillStep: String, Sendable, Codable, CaseIterable {
    case validate, predict, baseline, evacuate, cut, hold, restore, heal, settle
    case readBack = "read-back"
    case tidy

    /// What this step is to the mesh.
    public var role: DrillReport.Step.Part {
        switch self {
        case .validate, .predict, .baseline: .before
        case .evacuate, .cut: .injects
        case .hold: .during
        case .restore, .heal: .takesBack
        case .settle, .readBack: .after
        case .tidy: .tidies
        }
    }
}
