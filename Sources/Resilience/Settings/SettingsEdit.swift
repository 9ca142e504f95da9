/// One change of the settings that somebody asks for.
public enum SettingsEdit: Sendable, Equatable {
    case setFlag(FlagEntry)
    case removeFlag(String, SettingsScope)
    case holdBreaker(BreakerEntry)
    case resetBreaker(String)
    case setLevel(LevelEntry)
    case removeLevel(SettingsScope)
    case beginPeak(PeakEntry)
    case endPeak
    case compare(ComparisonEntry)
    case endComparison
    case setNotice(NoticeEntry)
    case removeNotice
}

extension SettingsDocument {
    /// Carries out one change; one that takes back what is not set changes nothing.
    public mutating func apply(_ edit: SettingsEdit) {
        switch edit {
        case .setFlag(let flag): set(flag)
        case .removeFlag(let name, let scope): removeFlag(name, scope: scope)
        case .holdBreaker(let breaker): set(breaker)
        case .resetBreaker(let gate): resetBreaker(gate)
        case .setLevel(let level): set(level)
        case .removeLevel(let scope): removeLevel(scope: scope)
        case .beginPeak(let peak): self.peak = peak
        case .endPeak: peak = nil
        case .compare(let comparison): self.comparison = comparison
        case .endComparison: comparison = nil
        case .setNotice(let notice): self.notice = notice
        case .removeNotice: notice = nil
        }
    }

    /// What is wrong with changes in a mesh that has these names, before the version is raised. Entries that stand in the
    /// document already are not looked at: a name that an earlier blueprint had keeps nobody from changing another.
    ///
    /// What is taken back may bear a name that the mesh does not know any more, as long as it is set.
    public func problems(of edits: [SettingsEdit], in names: SettingsNames) -> [SettingsProblem] {
        var asked = SettingsDocument()
        var elsewhere: [SettingsProblem] = []
        // Where something else of this name stays in force, "it is so already" would be believed.
        func isElsewhere(_ what: String, _ scope: SettingsScope, _ scopes: [SettingsScope]) -> Bool {
            guard !scopes.isEmpty else { return false }
            let places = scopes.map { "\($0)" }.sorted()
            elsewhere.append(
                SettingsProblem(
                    "scope", "\(what) is not set in \(scope), but in \(places.joined(separator: ", ")): name that place"
                ))
            return true
        }
        for edit in edits {
            switch edit {
            case .removeFlag(let name, let scope):
                guard !flags.contains(where: { $0.name == name && $0.scope == scope }) else { continue }
                let scopes = flags.filter { $0.name == name }.map(\.scope)
                if isElsewhere("'\(name)'", scope, scopes) { continue }
                asked.set(FlagEntry(name, isOn: true, scope: scope))
            case .resetBreaker(let gate):
                guard !breakers.contains(where: { $0.gate == gate }) else { continue }
                asked.set(BreakerEntry(gate, .closed, until: at))
            case .removeLevel(let scope):
                guard !levels.contains(where: { $0.scope == scope }) else { continue }
                if isElsewhere("a level", scope, levels.map(\.scope)) { continue }
                asked.set(LevelEntry(.normal, scope: scope))
            default: asked.apply(edit)
            }
        }
        let problems = elsewhere + unheeded(edits) + asked.problems(in: names)
        guard problems.isEmpty else { return problems }
        var result = self
        for edit in edits { result.apply(edit) }
        return result.problems()
    }

    /// What would be set and do nothing.
    private func unheeded(_ edits: [SettingsEdit]) -> [SettingsProblem] {
        var isComparing = comparison != nil
        var problems: [SettingsProblem] = []
        for edit in edits {
            switch edit {
            case .endComparison: isComparing = false
            case .compare(let comparison) where comparison.a == comparison.b:
                let words = "both groups would have the level \(comparison.a.name): nothing to compare"
                problems.append(SettingsProblem("value", words))
            case .setLevel(let level) where isComparing && level.scope == .mesh:
                problems.append(
                    SettingsProblem(
                        "level",
                        "two levels are being compared, and one for all customers does nothing meanwhile: end the comparison "
                            + "first ('compare off'), or name a region or a cell"))
            default: break
            }
        }
        return problems
    }
}
