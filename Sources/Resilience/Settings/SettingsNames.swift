/// The names that a mesh knows, for whoever writes settings: what is in none of these lists is refused, so that a
/// misspelt name is no setting that does nothing.
public struct SettingsNames: Sendable, Equatable {
    /// Regions, as in the topology.
    public var regions: [String]
    /// Cells, of every region.
    public var cells: [String]
    /// Services of the blueprint.
    public var services: [String]
    /// Gates by their names.
    public var gates: [String]
    /// Features, and the other names that `flags` of the topology declares.
    public var flags: [String]
    /// Names of peak profiles.
    public var peaks: [String]
    /// What of these is switched off by policy, so that whatever is set there would do nothing.
    public var idle: Idle

    /// What is known, and has no policy that would heed it.
    public struct Idle: Sendable, Equatable {
        /// Gates without a breaker.
        public var gates: Set<String>
        /// Flags that no cell heeds.
        public var flags: Set<String>
        /// Places where no cell heeds levels.
        public var levels: Set<SettingsScope>

        /// What is left out is heeded everywhere.
        public init(gates: Set<String> = [], flags: Set<String> = [], levels: Set<SettingsScope> = []) {
            self.gates = gates
            self.flags = flags
            self.levels = levels
        }
    }

    /// What is left out has no names.
    public init(
        regions: [String] = [], cells: [String] = [], services: [String] = [], gates: [String] = [],
        flags: [String] = [], peaks: [String] = [], idle: Idle = Idle()
    ) {
        self.regions = regions
        self.cells = cells
        self.services = services
        self.gates = gates
        self.flags = flags
        self.peaks = peaks
        self.idle = idle
    }
}

/// Why a document is not put in force; nothing has changed.
public struct SettingsProblem: Sendable, Equatable {
    /// Where in it: `flags[2].scope`.
    public let path: String
    /// Without a period.
    public let message: String
    /// The name that is not known; nil where it is something else.
    public let word: String?
    /// What could have been meant.
    public let known: [String]

    init(_ path: String, _ message: String, word: String? = nil, known: [String] = []) {
        self.path = path
        self.message = message
        self.word = word
        self.known = known
    }

    /// The problem in one line, with what was probably meant: `flags[0].name: there is no flag 'ofers'; did you mean
    /// 'offers'?`
    ///
    /// - Parameter hint: from a word and what is known; nil where nothing is near. The search for a nearest word is the
    ///   caller's, as are its words.
    public func text(hint: (_ word: String, _ known: [String]) -> String?) -> String {
        let line = "\(path): \(message)"
        guard let word, let hint = hint(word, known) else { return line }
        return "\(line); \(hint)"
    }
}

extension SettingsDocument {
    /// What is wrong with it by itself: too much, twice, of no sense. Such a document changes nothing anywhere.
    public func problems() -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        for (key, count) in [("flags", flags.count), ("breakers", breakers.count), ("levels", levels.count)]
        where count > Self.most {
            problems.append(SettingsProblem(key, "\(count) entries, and at most \(Self.most) are taken"))
        }
        guard problems.isEmpty else { return problems }
        var seen: Set<String> = []
        for (index, flag) in flags.enumerated() {
            if !seen.insert("flag \(flag.name) \(flag.scope)").inserted {
                problems.append(SettingsProblem("flags[\(index)]", "'\(flag.name)' is set twice in \(flag.scope)"))
            }
            if flag.name.isEmpty || flag.name.utf8.contains(where: { $0 <= 32 || $0 == 61 || $0 == 44 || $0 >= 127 }) {
                // It stands in a header, where these would end it.
                problems.append(SettingsProblem("flags[\(index)].name", "'\(flag.name)' is no name for a flag"))
            }
        }
        for (index, breaker) in breakers.enumerated() where !seen.insert("breaker \(breaker.gate)").inserted {
            problems.append(SettingsProblem("breakers[\(index)]", "'\(breaker.gate)' is held twice"))
        }
        for (index, level) in levels.enumerated() {
            if !seen.insert("level \(level.scope)").inserted {
                problems.append(SettingsProblem("levels[\(index)]", "\(level.scope) has two levels"))
            }
            if case .service = level.scope {
                problems.append(SettingsProblem("levels[\(index)].scope", "a level is of the mesh, a region or a cell"))
            }
        }
        if let comparison, !(comparison.share > 0 && comparison.share < 1) {
            problems.append(SettingsProblem("comparison.share", "must be above 0 % and below 100 %"))
        }
        if let problem = notice?.problem { problems.append(SettingsProblem("notice.text", problem)) }
        return problems
    }

    /// What is wrong with it in a mesh that has these names; for the control plane, before it raises the version. A
    /// process does not ask: of two releases or two blueprints one may know a name that the other does not.
    public func problems(in names: SettingsNames) -> [SettingsProblem] {
        var problems = problems()
        func check(_ word: String, _ kind: String, _ known: [String], _ path: String) {
            guard !known.contains(word) else { return }
            problems.append(SettingsProblem(path, "there is no \(kind) '\(word)'", word: word, known: known))
        }
        func check(_ scope: SettingsScope, _ path: String) {
            switch scope {
            case .mesh: break
            case .region(let name): check(name, "region", names.regions, path)
            case .cell(let name): check(name, "cell", names.cells, path)
            case .service(let name): check(name, "service", names.services, path)
            }
        }
        // Whoever sets what nobody heeds believes that it does something.
        func refuse(_ path: String, _ what: String, _ policy: String) {
            problems.append(
                SettingsProblem(
                    path,
                    "\(what) would do nothing: the policy '\(policy)' is off there ('policies ls' tells where); start the "
                        + "mesh with 'up --policies local', or take \(policy) from 'off'"))
        }
        for (index, flag) in flags.prefix(Self.most).enumerated() {
            check(flag.name, "flag", names.flags, "flags[\(index)].name")
            check(flag.scope, "flags[\(index)].scope")
            if names.idle.flags.contains(flag.name) {
                refuse("flags[\(index)].name", "the flag '\(flag.name)'", "flags")
            }
        }
        for (index, breaker) in breakers.prefix(Self.most).enumerated() {
            check(breaker.gate, "gate", names.gates, "breakers[\(index)].gate")
            if names.idle.gates.contains(breaker.gate) {
                refuse("breakers[\(index)].gate", "a breaker at '\(breaker.gate)'", "breaker")
            }
        }
        for (index, level) in levels.prefix(Self.most).enumerated() {
            check(level.scope, "levels[\(index)].scope")
            if names.idle.levels.contains(level.scope) {
                refuse("levels[\(index)].scope", "a level of \(level.scope)", "degradation")
            }
        }
        if comparison != nil, names.idle.levels.contains(.mesh) {
            refuse("comparison", "a comparison of levels", "degradation")
        }
        if let peak { check(peak.name, "peak", names.peaks, "peak.name") }
        return problems
    }
}
