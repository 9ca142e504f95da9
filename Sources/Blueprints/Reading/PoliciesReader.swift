import Topology

/// What a place says of policies, and where.
struct PoliciesDraft {
    var block = PoliciesBlock()
    var marks = SettingMarks()
    /// Nil where nothing is said.
    var written: PoliciesBlock? { block.isEmpty ? nil : block }
}

/// Reads `policies`, and the policies that stand as keys of their own at services and calls.
struct PoliciesReader {
    let reporter: Reporter
    private var read: ValueReading { ValueReading(reporter: reporter) }

    /// Of a topology or a blueprint: `policies: off`, or a mapping that has every policy.
    func wide(_ map: MappingReader, at place: WrittenPlace, into draft: inout PoliciesDraft) {
        guard let inner = common(map, at: place, into: &draft) else { return }
        // In a blueprint what concerns cells stands beside `policies`.
        let isOwn: (PolicyEntry) -> Bool = { place == .blueprint && !$0.places.contains(.service) }
        policies(of: inner, at: place, into: &draft, unless: isOwn)
        for entry in PoliciesBlock.entries where isOwn(entry) { refuse(entry.key, of: inner, place) }
        inner.finish()
        if place == .topology { check(draft, place) }
    }

    /// Of a service or a call: policies are keys beside `policies`, which has the rest.
    func narrow(_ map: MappingReader, at place: WrittenPlace) -> PoliciesDraft {
        var draft = PoliciesDraft()
        if let inner = common(map, at: place, into: &draft) {
            for entry in PoliciesBlock.entries where entry.places.contains(place) {
                refuse(entry.key, of: inner, place)
            }
            inner.finish()
        }
        policies(of: map, at: place, into: &draft) { _ in false }
        check(draft, place)
        return draft
    }

    /// Beside `policies` of a blueprint, after it. `shedding` has been read: it holds thresholds, too.
    func cell(_ map: MappingReader, into draft: inout PoliciesDraft) {
        policies(of: map, at: .blueprint, into: &draft) { $0.places.contains(.service) || $0.key == "shedding" }
        check(draft, .blueprint)
    }

    private func check(_ draft: PoliciesDraft, _ place: WrittenPlace) {
        PolicyContradictions(reporter: reporter, draft: draft, place: place).check()
        checkSwitches(draft)
    }

    private func policies(
        of map: MappingReader, at place: WrittenPlace, into draft: inout PoliciesDraft,
        unless isLeftOut: (PolicyEntry) -> Bool
    ) {
        var settings = SettingsReader(reporter: reporter, marks: draft.marks)
        for entry in PoliciesBlock.entries where entry.places.contains(place) && !isLeftOut(entry) {
            guard let given = map.entry(entry.key) else { continue }
            settings.policy(entry, given, into: &draft.block)
        }
        draft.marks = settings.marks
    }

    /// `profile`, `off` and `order`; nil where there is nothing more to read.
    private func common(_ map: MappingReader, at place: WrittenPlace, into draft: inout PoliciesDraft) -> MappingReader?
    {
        guard let entry = map.entry("policies") else { return nil }
        draft.marks["policies"] = entry.position
        if case .text = entry.value.content {
            draft.block.profile = read.word(entry.value, "'policies'", PolicyProfile.self)
            draft.marks["profile"] = entry.value.position
            return nil
        }
        guard let inner = read.mapping(entry.value, "'policies'") else { return nil }
        if let value = inner.value("profile") {
            draft.block.profile = read.word(value, "'profile'", PolicyProfile.self)
            draft.marks["profile"] = value.position
        }
        if let value = inner.value("off") {
            draft.block.off = read.setting(value, "'off'", .list(PolicySwitch.form, 0...PolicySwitch.allCases.count))
                .flatMap { [PolicySwitch]($0) }
            draft.marks["off"] = value.position
        }
        if place == .topology || place == .call, let value = inner.value("order") {
            draft.block.order = read.word(value, "'order'", WrittenOrder.self)
            draft.marks["order"] = value.position
        }
        return inner
    }

    private func refuse(_ key: String, of map: MappingReader, _ place: WrittenPlace) {
        guard let entry = map.entry(key) else { return }
        reporter.error(
            .unknownKey, at: entry.position, "'\(key)' of a \(place.name) stands beside 'policies', not in it",
            hint: "move it one level out")
    }

    /// What is switched off where it is written.
    private func checkSwitches(_ draft: PoliciesDraft) {
        for entry in PoliciesBlock.entries {
            guard entry.isWritten(in: draft.block), let word = PolicySwitch(rawValue: entry.switchName),
                draft.block.off?.contains(word) == true || draft.block.profile == .off,
                let position = draft.marks[entry.key]
            else { continue }
            let line = (draft.marks["off"] ?? draft.marks["profile"])?.line ?? position.line
            reporter.error(
                .contradiction, at: position,
                "'\(entry.key)' is written, and 'policies' in line \(line) switches \(word.rawValue) off",
                hint: "leave out one of the two")
        }
    }
}

extension PolicyEntry {
    /// The word that switches it off.
    var switchName: String { key == "timeouts" ? PolicySwitch.timeout.rawValue : key }
}
