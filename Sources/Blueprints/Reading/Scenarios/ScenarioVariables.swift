import MeshBase
import Scenarios

/// What `configuration` and `secrets` of a scenario say, and the same file with it in place of `${name}`.
///
/// Values of the configuration are put in here. Of secrets only the names are known: they stay in the texts of requests and
/// programs, and are refused everywhere else.
struct ScenarioVariables {
    let reporter: Reporter
    private let environment: (String) -> String?
    private var values: [String: YAMLValue] = [:]
    private(set) var secrets: [SecretBook.Secret] = []
    /// The file has one of the two, so that `$` means something.
    private var isMeant = false
    private var read: ValueReading { ValueReading(reporter: reporter) }

    /// Parts of a provider that may hold secrets.
    private static let secretive: Set = ["url", "headers", "arguments", "env"]
    private static let most = 64
    /// Bytes of a value at most.
    private static let longest = 4_096
    /// Bytes that are put in at most, in all.
    private static let mostBytes = 1 << 20

    enum Source: String, CaseIterable { case env }
    enum Kind: String, CaseIterable { case str, string, int, integer, float, number, bool }

    init(_ root: YAMLValue, reporter: Reporter, environment: @escaping (String) -> String?) {
        self.reporter = reporter
        self.environment = environment
        guard case .mapping(let entries) = root.content else { return }
        for entry in entries where !entry.value.isNothing {
            switch entry.key {
            case "configuration":
                isMeant = true
                readConfiguration(entry.value)
            case "secrets":
                isMeant = true
                readSecrets(entry.value)
            default: break
            }
        }
    }

    // MARK: What is said

    private func entries(_ value: YAMLValue, _ what: String) -> [YAMLValue.Entry] {
        guard let map = read.mapping(value, what) else { return [] }
        let entries = map.allEntries()
        if entries.count > Self.most {
            reporter.error(
                .tooMany, at: value.position, "\(what) has \(entries.count) entries; at most \(Self.most) are possible")
        }
        return Array(entries.prefix(Self.most))
    }

    private mutating func readConfiguration(_ value: YAMLValue) {
        for entry in entries(value, "'configuration'") where isName(entry) {
            guard case .mapping(let inner) = entry.value.content, inner.contains(where: { $0.key == "type" }) else {
                values[entry.key] = entry.value
                continue
            }
            guard let found = variable(entry) else { continue }
            if let text = environment(found.key) {
                values[entry.key] = typed(text, found.kind, entry, found.key)
            } else if let fallback = found.fallback {
                values[entry.key] = fallback
            } else {
                reporter.error(
                    .unknownWord, at: entry.position,
                    "the environment has no '\(YAMLValue.clipped(found.key))', and '\(entry.key)' has no default",
                    hint: "set it, or write 'default' beside 'key'")
            }
        }
    }

    private mutating func readSecrets(_ value: YAMLValue) {
        for entry in entries(value, "'secrets'") {
            guard case .mapping(let inner) = entry.value.content else {
                literal(entry)
                continue
            }
            if inner.contains(where: { $0.key == "type" }) {
                readSecret(entry)
            } else {
                // A group, whose name means nothing here.
                for secret in entries(entry.value, "'\(YAMLValue.clipped(entry.key))'") { readSecret(secret) }
            }
        }
    }

    private mutating func readSecret(_ entry: YAMLValue.Entry) {
        guard isName(entry) else { return }
        guard entry.value.isMapping else { return literal(entry) }
        guard let found = variable(entry) else { return }
        guard secrets.count < SecretBook.most, !secrets.contains(where: { $0.name == entry.key }) else {
            reporter.error(
                .duplicateName, at: entry.position,
                "there is another secret '\(entry.key)', or there are more than \(SecretBook.most)")
            return
        }
        var secret = SecretBook.Secret(
            entry.key, variable: found.key, place: "\(reporter.file):\(entry.position.line)")
        if case .text(let text, _)? = found.fallback?.content { secret.fallback = text }
        secrets.append(secret)
    }

    private func literal(_ entry: YAMLValue.Entry) {
        reporter.error(
            .badAction, at: entry.position,
            "the secret '\(YAMLValue.clipped(entry.key))' stands in the file, and the file goes into its reports",
            hint: "take it from the environment: {type: env, key: NAME}")
    }

    private func isName(_ entry: YAMLValue.Entry) -> Bool {
        let scalars = entry.key.unicodeScalars
        if (1...64).contains(scalars.count), scalars.allSatisfy(Self.isWord), !("0"..."9").contains(scalars.first!) {
            return true
        }
        reporter.error(
            .badName, at: entry.position, "'\(YAMLValue.clipped(entry.key))' is no name for '${...}'",
            hint: "1 to 64 letters, digits and '_', the first no digit")
        return false
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
    }

    /// `{type: env, key: NAME, default: ..., env_var_type: int}`.
    private func variable(_ entry: YAMLValue.Entry) -> (key: String, fallback: YAMLValue?, kind: Kind)? {
        guard let map = read.mapping(entry.value, "'\(entry.key)'") else { return nil }
        defer { map.finish() }
        guard let type = map.required("type"), let word = read.text(type, "'type'") else { return nil }
        guard Source(rawValue: word) != nil else {
            _ = map.allEntries()
            let why =
                switch word {
                case "vault": "no vault is asked here"
                case "probe": "no probe is run before the experiment here"
                default: "there is no source '\(YAMLValue.clipped(word))'"
                }
            reporter.error(
                .unknownWord, at: type.position, "\(why): '\(entry.key)' can come from the environment",
                hint: "{type: env, key: NAME, default: VALUE}")
            return nil
        }
        let kind = map.value("env_var_type").flatMap { read.word($0, "'env_var_type'", Kind.self) } ?? .str
        let fallback = map.value("default")
        guard let key = map.required("key").flatMap({ read.text($0, "'key'") }) else { return nil }
        return (key, fallback, kind)
    }

    /// A variable's text as what it should be.
    private func typed(_ text: String, _ kind: Kind, _ entry: YAMLValue.Entry, _ key: String) -> YAMLValue? {
        func plain(_ text: String) -> YAMLValue {
            YAMLValue(content: .text(text, quoted: false), position: entry.position)
        }
        switch kind {
        case .str, .string: return YAMLValue(content: .text(text, quoted: true), position: entry.position)
        case .int, .integer: if let number = Int(text) { return plain("\(number)") }
        case .float, .number: if Double(text)?.isFinite ?? false { return plain(text) }
        case .bool: return plain(["false", "0", "no"].contains(text.lowercased()) ? "false" : "true")
        }
        // What stands in the environment is not shown: it may be somebody's secret.
        reporter.error(
            .badNumber, at: entry.position,
            "what '\(YAMLValue.clipped(key))' has in the environment is no \(kind.rawValue)")
        return nil
    }

    // MARK: In place

    /// The file with values in place of names.
    func applied(to root: YAMLValue) -> YAMLValue {
        guard isMeant, case .mapping(let entries) = root.content else { return root }
        var left = Self.mostBytes
        var root = root
        root.content = .mapping(
            entries.map { entry in
                guard entry.key != "configuration", entry.key != "secrets" else { return entry }
                var entry = entry
                entry.value = replaced(entry.value, isProvider: entry.key == "provider", mayHold: false, &left)
                return entry
            })
        if left < 0 { reporter.error(.tooMany, at: root.position, "more than 1 MiB is put in place of names") }
        return root
    }

    private func replaced(_ value: YAMLValue, isProvider: Bool, mayHold: Bool, _ left: inout Int) -> YAMLValue {
        guard left >= 0 else { return value }
        var value = value
        switch value.content {
        case .text(let text, let quoted):
            return replaced(text, quoted, value, mayHold: mayHold, &left)
        case .list(let items):
            value.content = .list(items.map { replaced($0, isProvider: false, mayHold: mayHold, &left) })
        case .mapping(let entries):
            value.content = .mapping(
                entries.map { entry in
                    var entry = entry
                    entry.value = replaced(
                        entry.value, isProvider: entry.key == "provider",
                        mayHold: mayHold || isProvider && Self.secretive.contains(entry.key), &left)
                    return entry
                })
        }
        return value
    }

    private func replaced(
        _ text: String, _ quoted: Bool, _ value: YAMLValue, mayHold: Bool, _ left: inout Int
    ) -> YAMLValue {
        if SecretBook.isMarked(text) {
            reporter.error(.fileEncoding, at: value.position, "a text has a scalar that is no character")
            return value
        }
        let parts = Self.parts(text)
        guard parts.contains(where: { if case .plain = $0 { false } else { true } }) else { return value }
        if parts.count == 1, case .name(let name, _) = parts[0], var whole = values[name] {
            left -= Self.longest
            whole.position = value.position
            return whole
        }
        var result = ""
        for part in parts {
            switch part {
            case .plain(let text): result += text
            case .name(let name, let isBraced):
                if case .text(let text, _)? = values[name]?.content {
                    result += text
                } else if secrets.contains(where: { $0.name == name }) {
                    if mayHold {
                        result += SecretBook.mark(name)
                    } else {
                        reporter.error(
                            .badAction, at: value.position, "the secret '\(name)' would be told of here",
                            hint: "secrets stand in url, headers, arguments and env of a provider")
                    }
                } else if values[name] != nil {
                    reporter.error(
                        .wrongType, at: value.position, "'${\(name)}' is no text that could stand within one")
                } else if isBraced {
                    let known = values.keys.sorted() + secrets.map(\.name)
                    reporter.error(
                        .unknownWord, at: value.position,
                        "there is neither a configuration nor a secret '\(YAMLValue.clipped(name))'",
                        hint: NearestWord.nearest(to: name, among: known).map { "did you mean '${\($0)}'?" }
                            ?? "what is meant as it stands is written '$${\(YAMLValue.clipped(name))}'")
                } else {
                    result += "$\(name)"
                }
            }
        }
        left -= result.utf8.count
        return YAMLValue(content: .text(result, quoted: quoted), position: value.position)
    }

    private enum Part {
        case plain(String)
        case name(String, isBraced: Bool)
    }

    /// As Python's `string.Template` has it: `$$`, `$name`, `${name}`.
    private static func parts(_ text: String) -> [Part] {
        guard text.unicodeScalars.contains("$") else { return [.plain(text)] }
        var (parts, plain) = ([Part](), String.UnicodeScalarView())
        var rest = text.unicodeScalars[...]
        func word(_ rest: String.UnicodeScalarView.SubSequence) -> String {
            let word = rest.prefix(while: isWord)
            guard let first = word.first, !("0"..."9").contains(first) else { return "" }
            return String(String.UnicodeScalarView(word))
        }
        func end() {
            if !plain.isEmpty { parts.append(.plain(String(plain))) }
            plain = .init()
        }
        while let scalar = rest.popFirst() {
            guard scalar == "$" else {
                plain.append(scalar)
                continue
            }
            if rest.first == "$" {
                rest.removeFirst()
                plain.append("$")
                continue
            }
            let isBraced = rest.first == "{"
            let name = word(isBraced ? rest.dropFirst() : rest)
            let length = name.unicodeScalars.count
            guard !name.isEmpty, !isBraced || rest.dropFirst(1 + length).first == "}" else {
                plain.append("$")
                continue
            }
            rest = rest.dropFirst(isBraced ? length + 2 : length)
            end()
            parts.append(.name(name, isBraced: isBraced))
        }
        end()
        return parts
    }
}
