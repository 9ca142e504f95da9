import MeshBase
import Topology

/// Writes settings of policies as YAML: those that are written as keys, those that are in force as comments, so that reading
/// what was printed gives what was read.
struct PoliciesRenderer {
    let out: YAMLWriter

    init(_ out: YAMLWriter) { self.out = out }

    // MARK: What is written

    /// `profile`, `off` and `order` as fields of `policies`.
    func common(_ block: PoliciesBlock) -> [(String, String)] {
        var fields: [(String, String)] = []
        if let profile = block.profile { fields.append(("profile", profile.rawValue)) }
        if let off = block.off { fields.append(("off", "[\(off.map(\.rawValue).joined(separator: ", "))]")) }
        if let order = block.order { fields.append(("order", order.rawValue)) }
        return fields
    }

    /// Each policy that is written, as the value of its key.
    func entries(_ block: PoliciesBlock, where isWanted: (PolicyEntry) -> Bool = { _ in true }) -> [(String, String)] {
        PoliciesBlock.entries.compactMap { entry in
            guard isWanted(entry), entry.isWritten(in: block) else { return nil }
            return (entry.key, flow(entry.fields, of: block, below: entry.key))
        }
    }

    /// A mapping of settings.
    func flow<Settings: PolicySettings>(_ settings: Settings) -> String {
        flow(Settings.fields, of: settings, below: "")
    }

    /// The fields of settings, to stand among others.
    func fields<Settings: PolicySettings>(_ settings: Settings) -> [(String, String)] {
        parts(Settings.fields, of: settings, below: "")
    }

    func flow<Settings>(_ fields: [SettingField<Settings>], of settings: Settings, below path: String) -> String {
        "{\(parts(fields, of: settings, below: path).map { "\($0.0): \($0.1)" }.joined(separator: ", "))}"
    }

    /// Keys below a path, each with what stands behind it.
    private func parts<Settings>(_ fields: [SettingField<Settings>], of settings: Settings, below path: String) -> [(
        String, String
    )] {
        let prefix = path.isEmpty ? "" : path + "."
        var parts: [(String, String)] = []
        for field in fields where field.key.hasPrefix(prefix) {
            guard let value = field.value(in: settings) else { continue }
            let rest = field.key.dropFirst(prefix.count).split(separator: ".").map(String.init)
            guard let key = rest.first, !parts.contains(where: { $0.0 == key }) else { continue }
            let inner = prefix + key
            let isGroup = fields.contains { $0.key.hasPrefix(inner + ".") && $0.value(in: settings) != nil }
            parts.append((key, isGroup ? flow(fields, of: settings, below: inner) : text(value, field.form)))
        }
        return parts
    }

    func text(_ value: SettingValue, _ form: SettingForm) -> String {
        switch value {
        case .integer(let number):
            if case .size = form { return Syntax.written(bytes: number) }
            return "\(number)"
        case .number(let number): return Syntax.written(number)
        case .duration(let amount): return Syntax.written(amount)
        case .toggle(let isOn): return isOn ? "on" : "off"
        case .word(let word):
            if case .name = form { return out.name(word) }
            return word
        case .list(let values):
            guard case .list(let inner, _) = form else { return "[]" }
            return "[\(values.map { text($0, inner) }.joined(separator: ", "))]"
        }
    }

    // MARK: What is in force

    /// Every value, as comments; those that no process acts upon yet apart from the others. `wide` has been shown already:
    /// what is equal there is left out.
    func comments(_ policies: PoliciesInForce, besides wide: PoliciesInForce? = nil, of place: WrittenPlace) -> [String]
    {
        if policies.profile == .off { return wide?.profile == .off ? [] : ["# in force: no policy"] }
        var lines = common(policies, besides: wide)
        for entry in PoliciesBlock.entries where entry.places.contains(place) {
            guard PolicySwitch(rawValue: entry.switchName).map(policies.isOn) ?? true else { continue }
            let news = entry.fields.filter { field in
                guard let value = field.value(in: policies.values) else { return false }
                return wide.map { field.value(in: $0.values) != value } ?? true
            }
            if !news.isEmpty { lines.append((entry.key, flow(news, of: policies.values, below: entry.key))) }
        }
        let places = wide == nil ? ", where no service or call says otherwise" : ""
        return section("in force\(places)", lines)
    }

    private func common(_ policies: PoliciesInForce, besides wide: PoliciesInForce?) -> [(String, String)] {
        var lines: [(String, String)] = []
        if wide?.profile != policies.profile { lines.append(("profile", policies.profile.rawValue)) }
        if wide?.off != policies.off, !policies.off.isEmpty {
            let names = PolicySwitch.allCases.filter(policies.off.contains).map(\.rawValue)
            lines.append(("off", "[\(names.joined(separator: ", "))]"))
        }
        if wide?.order != policies.order { lines.append(("order", policies.order.rawValue)) }
        if wide != nil {
            lines.append(("timeout", Syntax.written(policies.timeout)))
            lines.append(("attempt-timeout", Syntax.written(policies.attemptTimeout)))
        }
        return lines
    }

    private func section(_ title: String, _ lines: [(String, String)]) -> [String] {
        lines.isEmpty ? [] : ["# \(title):"] + lines.map { "#   \($0.0): \($0.1)" }
    }
}
