import MeshBase

/// Reads a mapping key by key. Every key that is asked for is known; `finish` reports the others. A value that
/// cannot be read is reported and replaced by its default, so that reading goes on.
final class MappingReader {
    let position: Position
    let what: String
    let reporter: Reporter
    private let entries: [YAMLValue.Entry]
    private var known: [String] = []
    private var read: ValueReading { ValueReading(reporter: reporter) }

    init(_ entries: [YAMLValue.Entry], at position: Position, what: String, reporter: Reporter) {
        self.entries = entries
        self.position = position
        self.what = what
        self.reporter = reporter
    }

    /// The entry of a key, which is known from now on. A key without a value counts as given.
    func entry(_ key: String) -> YAMLValue.Entry? {
        if !known.contains(key) { known.append(key) }
        return entries.first { $0.key == key }
    }

    func value(_ key: String) -> YAMLValue? { entry(key)?.value }

    func required(_ key: String) -> YAMLValue? {
        if let value = value(key) { return value }
        missing(key)
        return nil
    }

    func missing(_ key: String, hint: String? = nil) {
        reporter.error(.missingKey, at: position, "\(what) needs the key '\(key)'", hint: hint)
    }

    /// Reports the keys that were never asked for.
    func finish() {
        let names = Set(known)
        let given = Set(entries.map(\.key))
        let free = known.filter { !given.contains($0) }
        let sorted = known.sorted()
        for entry in entries where !names.contains(entry.key) {
            reporter.error(
                .unknownKey, at: entry.position, "unknown key '\(YAMLValue.clipped(entry.key))' in \(what)",
                hint: NearestWord.nearest(to: entry.key, among: free).map { "did you mean '\($0)'?" }
                    ?? NearestWord.hint(for: entry.key, among: sorted, listing: "known keys"))
        }
    }

    // All below: the value of the key, or the default where the key is missing or its value was reported.

    func integer(_ key: String, _ range: ClosedRange<Int>, default fallback: Int) -> Int {
        optionalInteger(key, range) ?? fallback
    }
    func optionalInteger(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        value(key).flatMap { read.integer($0, "'\(key)'", range) }
    }
    func duration(_ key: String, _ range: ClosedRange<TimeAmount>, default fallback: TimeAmount) -> TimeAmount {
        optionalDuration(key, range) ?? fallback
    }
    func optionalDuration(_ key: String, _ range: ClosedRange<TimeAmount>) -> TimeAmount? {
        value(key).flatMap { read.duration($0, "'\(key)'", range) }
    }
    func size(_ key: String, _ range: ClosedRange<Int>, default fallback: Int) -> Int {
        value(key).flatMap { read.size($0, "'\(key)'", range) } ?? fallback
    }
    func ratio(_ key: String, _ range: ClosedRange<Double> = 0...1, default fallback: Double) -> Double {
        optionalRatio(key, range) ?? fallback
    }
    func optionalRatio(_ key: String, _ range: ClosedRange<Double> = 0...1) -> Double? {
        value(key).flatMap { read.ratio($0, "'\(key)'", range) }
    }
    func word<Word: RawRepresentable & CaseIterable>(_ key: String, default fallback: Word) -> Word
    where Word.RawValue == String {
        value(key).flatMap { read.word($0, "'\(key)'", Word.self) } ?? fallback
    }
    func optionalName(_ key: String) -> String? { value(key).flatMap { read.name($0, "'\(key)'") } }
    func requiredName(_ key: String) -> String? { required(key).flatMap { read.name($0, "'\(key)'") } }
    func mapping(_ key: String) -> MappingReader? { value(key).flatMap { read.mapping($0, "'\(key)'") } }
    func list(_ key: String, most: Int) -> [YAMLValue]? { value(key).flatMap { read.list($0, "'\(key)'", most: most) } }

    /// For mappings whose keys are the user's own names: every entry, all known.
    func allEntries() -> [YAMLValue.Entry] {
        known += entries.map(\.key)
        return entries
    }
}
