import MeshBase
import Topology

extension ValueReading {
    /// What stands there, in the form that a key of a policy takes.
    func setting(_ value: YAMLValue, _ what: String, _ form: SettingForm) -> SettingValue? {
        switch form {
        case .integer(let range): return integer(value, what, range).map { .integer($0) }
        case .size(let range): return size(value, what, range).map { .integer($0) }
        case .ratio(let range): return ratio(value, what, range).map { .number($0) }
        case .number(let range): return number(value, what, range).map { .number($0) }
        case .duration(let range): return duration(value, what, range).map { .duration($0) }
        case .toggle: return toggle(value, what).map { .toggle($0) }
        case .words(let words): return word(value, what, among: words).map { .word($0) }
        case .name: return name(value, what).map { .word($0) }
        case .list(let form, let count): return list(value, what, form, count)
        case .either(let first, let second): return either(value, what, first, second)
        }
    }

    private func list(_ value: YAMLValue, _ what: String, _ form: SettingForm, _ count: ClosedRange<Int>)
        -> SettingValue?
    {
        guard let items = list(value, what, most: count.upperBound) else { return nil }
        if items.count < count.lowerBound {
            reporter.error(.tooFew, at: value.position, "\(what) needs at least \(count.lowerBound) entries")
        }
        var values: [SettingValue] = []
        for item in items {
            guard let setting = setting(item, "an entry of \(what)", form) else { continue }
            if case .word(let word) = setting, values.contains(setting) {
                reporter.error(.duplicateName, at: item.position, "'\(word)' is listed twice in \(what)")
            } else {
                values.append(setting)
            }
        }
        return .list(values)
    }

    private func either(_ value: YAMLValue, _ what: String, _ first: SettingForm, _ second: SettingForm)
        -> SettingValue?
    {
        guard case .text(let text, _) = value.content else { return setting(value, what, second) }
        // A mistyped word is shown its nearest one, not that it is no number.
        if case .words(let words) = first, NearestWord.nearest(to: text, among: words) != nil {
            return setting(value, what, first)
        }
        return setting(value, what, Self.fits(text, first) && !Self.fits(text, second) ? first : second)
    }

    private static func fits(_ text: String, _ form: SettingForm) -> Bool {
        switch form {
        case .integer: Syntax.integer(text) != nil
        case .size: Syntax.size(text) != nil
        case .ratio: Syntax.ratio(text) != nil
        case .number: Syntax.decimal(text[...]) != nil
        case .duration: Syntax.duration(text) != nil
        case .toggle: ["on", "off", "true", "false"].contains(text)
        case .words(let words): words.contains(text)
        case .name: TopologyName.isValid(text)
        case .list: false
        case .either(let first, let second): fits(text, first) || fits(text, second)
        }
    }
}

extension ValueReading {
    /// `stages` of an evacuation: percent of the customers that have moved after each; nil where nobody says.
    func stages(_ map: MappingReader) -> [Int]? {
        guard let entry = map.entry("stages"), let items = map.list("stages", most: 100) else { return nil }
        let stages = items.compactMap { integer($0, "a stage", 1...100) }
        let rises = zip(stages, stages.dropFirst()).allSatisfy { $0 < $1 }
        if stages.count == items.count, !rises || stages.last != 100 {
            reporter.error(
                .wrongOrder, at: entry.value.position, "'stages' must rise and end with 100",
                hint: "as in [5, 25, 50, 75, 95, 100]")
        }
        return stages
    }
}
