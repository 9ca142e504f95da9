import MeshBase
import Topology

struct EdgeDraft {
    var to: String
    var compensation: String?
    var generic: String?
    /// With positions of the target that mean nothing yet.
    var edge: Edge
    var marks: LoadedBlueprint.EdgeMarks
    /// The group to which it belongs, by its number in the service.
    var group: Int?
}

struct GroupDraft {
    var joinWithin: TimeAmount?
    var marks: LoadedBlueprint.GroupMarks
}

extension BlueprintReader {
    /// Calls one after the other, and groups of calls that are made at once.
    func calls(_ map: MappingReader) -> (edges: [EdgeDraft], groups: [GroupDraft]) {
        var edges: [EdgeDraft] = []
        var groups: [GroupDraft] = []
        guard let value = map.value("calls") else { return ([], []) }
        for item in read.list(value, "'calls'", most: TopologyLimits.callsPerService) ?? [] {
            guard let inner = read.mapping(item, "a call") else { continue }
            guard let entry = inner.entry("parallel") else {
                if let edge = edgeDraft(inner, group: nil) { edges.append(edge) }
                continue
            }
            edges += members(entry.value, group: groups.count)
            groups.append(
                GroupDraft(
                    joinWithin: inner.optionalDuration("join-within", Ranges.timeout),
                    marks: .init(position: entry.position, joinWithin: inner.entry("join-within")?.value.position)))
            inner.finish()
        }
        if edges.count > TopologyLimits.callsPerService {
            reporter.error(
                .tooMany, at: value.position,
                "'calls' has \(edges.count) calls with those of its groups; at most \(TopologyLimits.callsPerService) are "
                    + "possible")
        }
        return (edges, groups)
    }

    private func members(_ value: YAMLValue, group: Int) -> [EdgeDraft] {
        let items = read.list(value, "'parallel'", most: TopologyLimits.callsPerGroup) ?? []
        if case .list = value.content, items.count < 2 {
            reporter.error(
                .tooFew, at: value.position, "'parallel' needs at least two calls", hint: "one call stands by itself")
        }
        return items.compactMap { item in
            guard let map = read.mapping(item, "a call") else { return nil }
            if let entry = map.entry("parallel") {
                reporter.error(
                    .contradiction, at: entry.position, "a group cannot stand in a group",
                    hint: "let a service make the inner calls")
                return nil
            }
            return edgeDraft(map, group: group)
        }
    }

    private func edgeDraft(_ map: MappingReader, group: Int?) -> EdgeDraft? {
        let position = map.entry("to")?.value.position ?? map.position
        var marks = LoadedBlueprint.EdgeMarks(position: position)
        let to = map.requiredName("to")
        var edge = Edge(to: 0)
        marks.timeout = map.entry("timeout")?.value.position
        if marks.timeout == nil { edge.hasDefaultTimeout = true }
        edge.timeout = map.duration("timeout", Ranges.timeout, default: Edge.standardTimeout)
        marks.attemptTimeout = map.entry("attempt-timeout")?.value.position
        edge.attemptTimeout = map.optionalDuration("attempt-timeout", Ranges.timeout)
        edge.criticality = map.word("criticality", default: Edge.Criticality.core)
        let fallbackPosition = map.entry("fallback")?.position ?? position
        let fallback = fallback(map)
        edge.fallback = fallback.words
        marks.generic = fallback.generic?.position
        marks.compensation = map.entry("compensation")?.value.position
        let compensation = map.optionalName("compensation")
        if let entry = map.entry("join-within") {
            marks.joinWithin = entry.value.position
            edge.joinWithin = read.duration(entry.value, "'join-within'", Ranges.timeout)
            checkJoin(entry.position, isMember: group != nil, edge.criticality)
        }
        let draft = policies.narrow(map, at: .call)
        edge.policies = draft.written
        marks.policies = draft.marks
        map.finish()
        if edge.criticality == .core, !edge.fallback.isEmpty {
            reporter.error(
                .coreFallback, at: fallbackPosition, "a core call has no fallback",
                hint: "leave 'fallback' out, or set 'criticality' to enhanced or luxury")
        }
        guard let to else { return nil }
        return EdgeDraft(
            to: to, compensation: compensation, generic: fallback.generic?.name, edge: edge, marks: marks, group: group)
    }

    private func checkJoin(_ position: Position, isMember: Bool, _ criticality: Edge.Criticality) {
        guard !isMember || criticality == .core else { return }
        reporter.error(
            .contradiction, at: position,
            isMember
                ? "'join-within' lets a call be left out, and a core call cannot be"
                : "'join-within' is for calls in 'parallel': nothing is joined here",
            hint: isMember ? "'join-within' of the group, or criticality: enhanced" : "'timeout' bounds a call")
    }

    /// Words, and `generic` with the service to call for it.
    private func fallback(_ map: MappingReader) -> (
        words: [Edge.Fallback], generic: (name: String, position: Position)?
    ) {
        var words: [Edge.Fallback] = []
        var generic: (name: String, position: Position)?
        for item in map.list("fallback", most: Edge.Fallback.allCases.count) ?? [] {
            var word: Edge.Fallback?
            if item.isMapping {
                guard let inner = read.mapping(item, "an entry of 'fallback'") else { continue }
                if let value = inner.required("generic"), let name = read.name(value, "'generic'") {
                    generic = (name, value.position)
                    word = .generic
                }
                inner.finish()
            } else {
                word = read.word(item, "'fallback'", Edge.Fallback.self)
            }
            guard let word else { continue }
            if words.contains(word) {
                reporter.error(.duplicateName, at: item.position, "'\(word.rawValue)' is listed twice in 'fallback'")
            } else {
                words.append(word)
            }
        }
        return (words, generic)
    }

    // MARK: Names become positions

    /// A call that leads nowhere is reported and left out.
    func resolved(_ draft: ServiceDraft, names: [String]) -> (service: Service, marks: LoadedBlueprint.ServiceMarks) {
        var service = draft.service
        var marks = draft.marks
        var members = [Range<Int>?](repeating: nil, count: draft.groups.count)
        for call in draft.calls {
            var edge = call.edge
            guard let to = target(call.to, of: draft, names, at: call.marks.position) else { continue }
            edge.to = to
            if let name = call.compensation {
                edge.compensation = target(name, of: draft, names, at: call.marks.compensation ?? call.marks.position)
            }
            if let name = call.generic {
                edge.genericService = target(name, of: draft, names, at: call.marks.generic ?? call.marks.position)
            }
            if let group = call.group {
                members[group] = (members[group]?.lowerBound ?? service.calls.count)..<service.calls.count + 1
            }
            service.calls.append(edge)
            marks.edges.append(call.marks)
        }
        for (group, range) in zip(draft.groups, members) {
            guard let range, range.count > 1 else { continue }
            service.parallel =
                (service.parallel ?? [])
                + [ParallelCalls(first: range.lowerBound, count: range.count, joinWithin: group.joinWithin)]
            marks.groups.append(group.marks)
        }
        return (service, marks)
    }

    private func target(_ name: String, of draft: ServiceDraft, _ names: [String], at position: Position) -> Int? {
        let others = names.filter { $0 != draft.service.name }
        if name == draft.service.name, names.contains(name) {
            reporter.error(.selfCall, at: position, "the service '\(name)' calls itself")
            return nil
        }
        return service(name, in: others, at: position).flatMap { names.firstIndex(of: others[$0]) }
    }
}
