/// One key of a policy: how it is written, and where its value is kept. Reading, merging and showing go by the same list of
/// fields, so that no key is known to one of them alone.
public struct SettingField<Settings>: Sendable {
    /// As in files; `budget.ratio` stands in a mapping under `budget`.
    public let key: String
    /// What may be written.
    public let form: SettingForm
    let get: @Sendable (Settings) -> SettingValue?
    let set: @Sendable (inout Settings, SettingValue?) -> Void

    init<Value: SettingConvertible>(
        _ key: String, _ path: WritableKeyPath<Settings, Value?> & Sendable, _ form: SettingForm
    ) {
        self.key = key
        self.form = form
        get = { $0[keyPath: path]?.settingValue }
        set = { settings, value in settings[keyPath: path] = value.flatMap { Value($0) } }
    }

    init<Word: SettingWord>(_ key: String, _ path: WritableKeyPath<Settings, Word?> & Sendable) {
        self.init(key, path, Word.form)
    }

    private init(
        _ key: String, _ form: SettingForm, get: @escaping @Sendable (Settings) -> SettingValue?,
        set: @escaping @Sendable (inout Settings, SettingValue?) -> Void
    ) {
        self.key = key
        self.form = form
        self.get = get
        self.set = set
    }

    /// What is written under the key; nil where nothing is.
    public func value(in settings: Settings) -> SettingValue? { get(settings) }

    /// Replaces what is written under the key; a value of another type leaves nothing.
    public func write(_ value: SettingValue?, in settings: inout Settings) { set(&settings, value) }

    /// The same key of what stands under `path`, which is made at the first write.
    func lifted<Outer>(_ prefix: String, _ path: WritableKeyPath<Outer, Settings?> & Sendable) -> SettingField<Outer>
    where Settings: PolicySettings {
        SettingField<Outer>(
            "\(prefix).\(key)", form, get: { [get] in $0[keyPath: path].flatMap(get) },
            set: { [set] outer, value in
                guard value != nil || outer[keyPath: path] != nil else { return }
                var inner = outer[keyPath: path] ?? Settings()
                set(&inner, value)
                outer[keyPath: path] = inner
            })
    }
}

/// What is written of one policy: nil is what is left to a wider layer.
public protocol PolicySettings: Sendable, Codable, Equatable {
    /// Nothing is written.
    init()
    /// Every key, in the order in which they are shown.
    static var fields: [SettingField<Self>] { get }
    /// Keys of which one at most holds: a narrower layer that writes one of them takes away the others.
    static var alternatives: [[String]] { get }
    /// The same with what a preset stands for written out; what is written beside the preset holds.
    var expanded: Self { get }
    /// The name of the preset, where one is written.
    var presetName: String? { get }
}

extension PolicySettings {
    /// None.
    public static var alternatives: [[String]] { [] }
    /// There are no presets.
    public var expanded: Self { self }
    /// There are no presets.
    public var presetName: String? { nil }

    /// Takes over every key that `narrower` writes.
    mutating func take(_ narrower: Self) {
        for group in Self.alternatives {
            let fields = Self.fields.filter { group.contains($0.key) }
            guard fields.contains(where: { $0.get(narrower) != nil }) else { continue }
            for field in fields { field.set(&self, nil) }
        }
        for field in Self.fields {
            if let value = field.get(narrower) { field.set(&self, value) }
        }
    }

    /// `self` over `wider`.
    func over(_ wider: Self) -> Self {
        var result = wider
        result.take(self)
        return result
    }
}
