import Drills
import MeshBase
import Scenarios

/// What can be read and makes no sense: names that nobody can tell apart, bounds that cannot hold, rollbacks that begin something.
extension ScenarioReader {
    /// The longest name of a step, in characters.
    private static let longestName = 64

    /// The name of a step; one that is empty or too long was reported.
    func name(_ map: MappingReader) -> String {
        guard let value = map.required("name"), let text = read.text(value, "'name'"),
            told(text, "'name'", at: value) != nil
        else { return "" }
        if text.count > Self.longestName {
            reporter.error(
                .tooMany, at: value.position,
                "'name' has \(text.count) characters, and at most \(Self.longestName) are told")
        }
        return text
    }

    /// A text that says something; nil where it is empty, which was reported.
    func told(_ text: String, _ what: String, at value: YAMLValue) -> String? {
        if !text.allSatisfy(\.isWhitespace) { return text }
        reporter.error(.wrongType, at: value.position, "\(what) is empty")
        return nil
    }

    /// A bound that something could meet.
    static func holdable(_ bound: MeasureBound) throws(MeasureBound.Invalid) -> MeasureBound {
        guard !bound.holdsNever else { throw MeasureBound.Invalid("'\(bound.text)' cannot hold") }
        return bound
    }

    /// Whether an action has no place among rollbacks, which end things; that was reported.
    func refused(_ action: ScenarioAction, at position: Position) -> Bool {
        switch action.deed {
        case .restore, .call: return false
        case .evacuate, .attempt, .fault, .controlLoss, .load, .poison:
            reporter.error(
                .badAction, at: position, "'\(action.deed.text)' begins something, and 'rollbacks' end things",
                hint: "what the method has done is taken back by itself; {do: \"restore region/NAME\"} may stand here")
            return true
        }
    }

    /// Reports names that two steps, or two probes of the hypothesis, share.
    func refuseTwins(_ map: MappingReader) {
        let parts = [map.entry("method")?.value, map.entry("rollbacks")?.value]
        let hypothesis = map.entry("steady-state-hypothesis").map(\.value)
        refuseTwins(among: parts.compactMap { $0 }.flatMap(Self.items), "steps")
        guard case .mapping(let entries)? = hypothesis?.content,
            let probes = entries.first(where: { $0.key == "probes" })
        else { return }
        refuseTwins(among: Self.items(probes.value), "probes of the hypothesis")
    }

    private static func items(_ value: YAMLValue) -> [YAMLValue] {
        if case .list(let items) = value.content { items } else { [] }
    }

    private func refuseTwins(among steps: [YAMLValue], _ what: String) {
        var names: [String: Position] = [:]
        for step in steps {
            guard case .mapping(let entries) = step.content,
                let name = entries.first(where: { $0.key == "name" })?.value, case .text(let text, _) = name.content
            else { continue }
            if let first = names[text] {
                reporter.error(
                    .contradiction, at: name.position,
                    "two \(what) are called '\(YAMLValue.clipped(text))', the first in line \(first.line)")
            } else {
                names[text] = name.position
            }
        }
    }
}
