import MeshBase
import Topology

/// Reads one value as what it should be; reports what it is instead. `what` names it in messages, as in "'timeout'".
struct ValueReading {
    let reporter: Reporter

    func text(_ value: YAMLValue, _ what: String) -> String? {
        if case .text(let text, _) = value.content, !value.isNothing { return text }
        wrongType(value, what, "a text")
        return nil
    }

    /// A text that is not quoted: the only way to write a number, a duration, a size, a ratio.
    private func plain(_ value: YAMLValue, _ what: String, _ expected: String) -> String? {
        if case .text(let text, quoted: false) = value.content, !value.isNothing { return text }
        wrongType(value, what, expected)
        return nil
    }

    func integer(_ value: YAMLValue, _ what: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = plain(value, what, "a whole number") else { return nil }
        guard let number = Syntax.integer(text) else {
            if looksNumeric(text) {
                reporter.error(.badNumber, at: value.position, "\(what) must be a whole number, not \(value.described)")
            } else {
                wrongType(value, what, "a whole number")
            }
            return nil
        }
        return inRange(number, range, value, what) { "\($0)" }
    }

    func seed(_ value: YAMLValue, _ what: String) -> UInt64? {
        guard let text = plain(value, what, "a whole number") else { return nil }
        if let number = Syntax.unsigned(text) { return number }
        reporter.error(
            .badNumber, at: value.position,
            "\(what) must be a whole number from 0 to \(UInt64.max), not \(value.described)")
        return nil
    }

    func duration(_ value: YAMLValue, _ what: String, _ range: ClosedRange<TimeAmount>) -> TimeAmount? {
        guard let text = plain(value, what, "a duration") else { return nil }
        guard let amount = Syntax.duration(text) else {
            reporter.error(
                .badDuration, at: value.position, "\(what) must be a duration, not \(value.described)",
                hint: looksNumeric(text)
                    ? "add a unit: '\(YAMLValue.clipped(text))ms'" : "a number with ns, us, ms, s, m or h: '250ms'")
            return nil
        }
        return inRange(amount, range, value, what, Syntax.written)
    }

    func size(_ value: YAMLValue, _ what: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = plain(value, what, "a size") else { return nil }
        guard let bytes = Syntax.size(text) else {
            reporter.error(
                .badSize, at: value.position, "\(what) must be a size, not \(value.described)",
                hint: looksNumeric(text)
                    ? "add a unit: '\(YAMLValue.clipped(text))B'" : "a whole number with B, KiB, MiB or GiB: '64KiB'")
            return nil
        }
        return inRange(bytes, range, value, what) { Syntax.written(bytes: $0) }
    }

    func ratio(_ value: YAMLValue, _ what: String, _ range: ClosedRange<Double> = 0...1) -> Double? {
        guard let text = plain(value, what, "a ratio") else { return nil }
        guard let ratio = Syntax.ratio(text) else {
            reporter.error(
                .badRatio, at: value.position, "\(what) must be a ratio, not \(value.described)",
                hint: "a number from 0 to 1, or a percentage: '5%'")
            return nil
        }
        return inRange(ratio, range, value, what, Syntax.written)
    }

    func number(_ value: YAMLValue, _ what: String, _ range: ClosedRange<Double>) -> Double? {
        guard let text = plain(value, what, "a number") else { return nil }
        guard let number = Syntax.decimal(text[...]) else {
            reporter.error(.badNumber, at: value.position, "\(what) must be a number, not \(value.described)")
            return nil
        }
        return inRange(number, range, value, what, Syntax.written)
    }

    /// `on` or `off`, or what YAML has for them.
    func toggle(_ value: YAMLValue, _ what: String) -> Bool? {
        guard let text = text(value, what) else { return nil }
        switch text {
        case "on", "true": return true
        case "off", "false": return false
        default:
            reporter.error(
                .unknownWord, at: value.position, "\(what) cannot be '\(YAMLValue.clipped(text))'",
                hint: "one of: on, off")
            return nil
        }
    }

    func name(_ value: YAMLValue, _ what: String) -> String? {
        guard let text = text(value, what) else { return nil }
        if TopologyName.isValid(text) { return text }
        reporter.error(
            .badName, at: value.position, "\(what) cannot be '\(YAMLValue.clipped(text))'",
            hint: "1 to \(TopologyName.longest) characters of a-z, 0-9 and '-', the first a letter")
        return nil
    }

    func word<Word: RawRepresentable & CaseIterable>(_ value: YAMLValue, _ what: String, _: Word.Type) -> Word?
    where Word.RawValue == String {
        word(value, what, among: Word.allCases.map(\.rawValue)).flatMap { Word(rawValue: $0) }
    }

    func word(_ value: YAMLValue, _ what: String, among words: [String]) -> String? {
        guard let text = text(value, what) else { return nil }
        if words.contains(text) { return text }
        reporter.error(
            .unknownWord, at: value.position, "\(what) cannot be '\(YAMLValue.clipped(text))'",
            hint: NearestWord.hint(for: text, among: words, listing: "one of"))
        return nil
    }

    func list(_ value: YAMLValue, _ what: String, most: Int) -> [YAMLValue]? {
        guard case .list(let items) = value.content else {
            wrongType(value, what, "a list")
            return nil
        }
        guard items.count > most else { return items }
        reporter.error(.tooMany, at: value.position, "\(what) has \(items.count) entries; at most \(most) are possible")
        return Array(items.prefix(most))
    }

    func mapping(_ value: YAMLValue, _ what: String) -> MappingReader? {
        if case .mapping(let entries) = value.content {
            return MappingReader(entries, at: value.position, what: what, reporter: reporter)
        }
        wrongType(value, what, "a mapping")
        return nil
    }

    func wrongType(_ value: YAMLValue, _ what: String, _ expected: String) {
        reporter.error(.wrongType, at: value.position, "\(what) must be \(expected), not \(value.described)")
    }

    private func looksNumeric(_ text: String) -> Bool { Double(text) != nil }

    private func inRange<Value: Comparable>(
        _ value: Value, _ range: ClosedRange<Value>, _ source: YAMLValue, _ what: String, _ write: (Value) -> String
    ) -> Value? {
        if range.contains(value) { return value }
        reporter.error(
            .outOfRange, at: source.position,
            "\(what) must be from \(write(range.lowerBound)) to \(write(range.upperBound)), not \(source.described)")
        return nil
    }
}
