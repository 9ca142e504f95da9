/// Lays what is written in several places over the values of a profile: the narrowest holds, key by key.
public struct PolicyMerge: Sendable {
    /// Every value that is known.
    public private(set) var values: PoliciesBlock
    /// By key, as in `retry.attempts`.
    public private(set) var origins: [String: PolicyOrigin] = [:]
    /// Narrowest of the profiles that are written; `off` wherever it stands.
    public let profile: PolicyProfile
    /// Everything that some place switches off. What is off is off for all that is narrower: so that one line of a topology
    /// is enough to see a mesh without a policy.
    public let off: Set<PolicySwitch>

    /// - Parameters:
    ///   - layers: widest first, each place once.
    ///   - base: the values of a profile, for what they are asked for.
    public init(
        _ layers: [(place: WrittenPlace, block: PoliciesBlock)], base: (PolicyProfile) -> PoliciesBlock
    ) {
        let profiles = layers.compactMap(\.block.profile)
        profile = profiles.contains(.off) ? .off : profiles.last ?? .local
        off = profile == .off ? Set(PolicySwitch.allCases) : Set(layers.flatMap { $0.block.off ?? [] })
        values = base(profile)
        values.profile = profile
        values.off = PolicySwitch.allCases.filter(off.contains)
        origins["profile"] = layers.last { $0.block.profile == profile }.map { .written($0.place, preset: nil) }
        for field in Self.fields where field.value(in: values) != nil { origins[field.key] = .profile(profile) }
        if values.order != nil { origins["order"] = .profile(profile) }
        for layer in layers { add(layer.block, layer.place) }
    }

    private static let fields = PoliciesBlock.entries.flatMap(\.fields)

    private mutating func add(_ written: PoliciesBlock, _ place: WrittenPlace) {
        var expanded = written
        for entry in PoliciesBlock.entries {
            entry.expand(&expanded)
            entry.take(&values, expanded)
            for field in entry.fields {
                if field.value(in: values) == nil {
                    // An alternative took its place.
                    origins[field.key] = nil
                } else if field.value(in: written) != nil {
                    origins[field.key] = .written(place, preset: nil)
                } else if field.value(in: expanded) != nil {
                    origins[field.key] = .written(place, preset: entry.preset(written))
                }
            }
        }
        if written.retry?.schedule != nil, written.retry?.backoff == nil {
            values.retry?.backoff = .schedule
            origins["retry.backoff"] = .derived("the schedule")
        }
        if let order = written.order {
            values.order = order
            origins["order"] = .written(place, preset: nil)
        }
    }

    /// Whether nobody wrote a value.
    func isDefault(_ key: String) -> Bool {
        if case .written = origins[key] { false } else { true }
    }

    /// Replaces a default, and says why.
    ///
    /// - Parameter change: is given what is in force, and gives what is to be.
    mutating func yield<Value: SettingConvertible>(
        _ key: String, to reason: String, _ change: (Value?) -> Value?
    ) {
        guard isDefault(key), let field = Self.fields.first(where: { $0.key == key }) else { return }
        let before = field.value(in: values).flatMap { Value($0) }
        let after = change(before)
        guard after != before else { return }
        field.write(after?.settingValue, in: &values)
        origins[key] = after == nil ? nil : .derived(reason)
    }

    /// Whatever is written.
    mutating func forbidHedges() {
        values.hedge?.max = 0
        origins["hedge.max"] = .derived("calls are hedged where 'hedge' stands at them")
    }
}
