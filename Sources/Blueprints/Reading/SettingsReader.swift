import Topology

/// Where the keys of policies stand, for the checks that follow.
struct SettingMarks {
    private var positions: [String: Position] = [:]

    /// Of the value of a key, as in `retry.attempts`; of a policy that is declared, as in `retry`: of its name.
    subscript(_ key: String) -> Position? {
        get { positions[key] }
        set { positions[key] = newValue }
    }
}

/// Reads the keys of policies by their lists of fields.
struct SettingsReader {
    let reporter: Reporter
    private(set) var marks = SettingMarks()
    private var read: ValueReading { ValueReading(reporter: reporter) }

    /// - Parameter marks: to which others are added.
    init(reporter: Reporter, marks: SettingMarks = SettingMarks()) {
        self.reporter = reporter
        self.marks = marks
    }

    /// A mapping that holds nothing else.
    ///
    /// - Parameter prefix: of the marks.
    mutating func settings<Settings: PolicySettings>(
        _ map: MappingReader, _: Settings.Type = Settings.self, prefix: String = ""
    ) -> Settings {
        var settings = Settings()
        fields(Settings.fields, of: map, at: [], prefix: prefix, into: &settings)
        map.finish()
        return settings
    }

    /// Some keys of a mapping that holds others, too; whoever calls finishes it.
    mutating func fields<Settings: PolicySettings>(
        of map: MappingReader, into settings: inout Settings, prefix: String = ""
    ) {
        fields(Settings.fields, of: map, at: [], prefix: prefix, into: &settings)
    }

    /// One policy of a place.
    mutating func policy(_ entry: PolicyEntry, _ given: YAMLValue.Entry, into block: inout PoliciesBlock) {
        marks[entry.key] = given.position
        guard let map = read.mapping(given.value, "'\(entry.key)'") else { return }
        entry.declare(in: &block)
        fields(entry.fields, of: map, at: [entry.key], prefix: "", into: &block)
        map.finish()
    }

    /// The fields below a path, of which the mapping is the value.
    private mutating func fields<Settings>(
        _ fields: [SettingField<Settings>], of map: MappingReader, at path: [String], prefix: String,
        into settings: inout Settings
    ) {
        var groups: [String] = []
        for field in fields {
            let parts = field.key.split(separator: ".").map(String.init)
            guard parts.starts(with: path), parts.count > path.count else { continue }
            let key = parts[path.count]
            if parts.count > path.count + 1 {
                if !groups.contains(key) { groups.append(key) }
            } else if let entry = map.entry(key) {
                // `recovery: on`, or `recovery: {rate: 1}`.
                if case .mapping = entry.value.content, fields.contains(where: { $0.key.hasPrefix(field.key + ".") }) {
                    field.write(.toggle(true), in: &settings)
                } else {
                    field.write(value(entry.value, field), in: &settings)
                }
                // What was not read is in force by default, and nothing to judge.
                if field.value(in: settings) != nil { marks[prefix + field.key] = entry.value.position }
            }
        }
        for group in groups {
            guard let entry = map.entry(group) else { continue }
            let name = (path + [group]).joined(separator: ".")
            if fields.contains(where: { $0.key == name }), !entry.value.isMapping { continue }
            guard let inner = read.mapping(entry.value, "'\(group)'") else { continue }
            marks[prefix + name] = entry.position
            self.fields(fields, of: inner, at: path + [group], prefix: prefix, into: &settings)
            inner.finish()
        }
    }

    private func value<Settings>(_ value: YAMLValue, _ field: SettingField<Settings>) -> SettingValue? {
        let name = field.key.split(separator: ".").last ?? ""
        return read.setting(ClientErrors.without(value, of: field.key, reporter), "'\(name)'", field.form)
    }
}

/// Failures that no repetition mends: they are read, left out, and said to be.
private enum ClientErrors {
    static let words: Set = [
        "client-errors", "client-error", "4xx", "400", "401", "403", "404", "405", "409", "410", "422",
    ]

    static func without(_ value: YAMLValue, of key: String, _ reporter: Reporter) -> YAMLValue {
        guard key == "retry.on", case .list(let items) = value.content else { return value }
        var rest: [YAMLValue] = []
        for item in items {
            guard case .text(let text, _) = item.content, words.contains(text) else {
                rest.append(item)
                continue
            }
            reporter.warning(
                .retryClientErrors, at: item.position,
                "'\(text)' is the client's error: it stays one however often it is sent, and is never tried again",
                hint: "leave it out")
        }
        return YAMLValue(content: .list(rest), position: value.position)
    }
}
