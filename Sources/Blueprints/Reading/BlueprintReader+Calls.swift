import MeshBase
import Topology

/// A service whose calls still name the others.
struct ServiceDraft {
    var service: Service
    var isNamed: Bool
    var position: Position
    var workers: Position
    var calls: [EdgeDraft]
}

struct EdgeDraft {
    var to: String
    var compensation: String?
    /// With positions of the target that mean nothing yet.
    var edge: Edge
    var marks: LoadedBlueprint.EdgeMarks
}

extension BlueprintReader {
    func edgeDraft(_ map: MappingReader) -> EdgeDraft? {
        let position = map.entry("to")?.value.position ?? map.position
        let to = map.requiredName("to")
        let timeoutPosition = map.entry("timeout")?.value.position
        let timeout = map.duration("timeout", Ranges.timeout, default: Edge.standardTimeout)
        let criticality = map.word("criticality", default: Edge.Criticality.core)
        let fallbackPosition = map.entry("fallback")?.position ?? position
        let fallback = fallback(map)
        let compensationPosition = map.entry("compensation")?.value.position
        let compensation = map.optionalName("compensation")
        readUnusedPolicies(map)
        map.finish()
        if criticality == .core, !fallback.isEmpty {
            reporter.error(
                .coreFallback, at: fallbackPosition, "a core call has no fallback",
                hint: "leave 'fallback' out, or set 'criticality' to enhanced or luxury")
        }
        guard let to else { return nil }
        return EdgeDraft(
            to: to, compensation: compensation,
            edge: Edge(to: 0, timeout: timeout, criticality: criticality, fallback: fallback),
            marks: .init(position: position, timeout: timeoutPosition, compensation: compensationPosition))
    }

    private func fallback(_ map: MappingReader) -> [Edge.Fallback] {
        var words: [Edge.Fallback] = []
        for item in map.list("fallback", most: Edge.Fallback.allCases.count) ?? [] {
            guard let word = read.word(item, "'fallback'", Edge.Fallback.self) else { continue }
            if words.contains(word) {
                reporter.error(.duplicateName, at: item.position, "'\(word.rawValue)' is listed twice in 'fallback'")
            } else {
                words.append(word)
            }
        }
        return words
    }

    /// Replaces names by positions; a call that leads nowhere is reported and left out.
    func resolved(_ draft: ServiceDraft, names: [String]) -> (service: Service, marks: LoadedBlueprint.ServiceMarks) {
        var service = draft.service
        var marks = LoadedBlueprint.ServiceMarks(position: draft.position, workers: draft.workers, edges: [])
        for call in draft.calls {
            var edge = call.edge
            guard let to = target(call.to, of: draft, names, at: call.marks.position) else { continue }
            edge.to = to
            if let name = call.compensation {
                edge.compensation = target(name, of: draft, names, at: call.marks.compensation ?? call.marks.position)
            }
            service.calls.append(edge)
            marks.edges.append(call.marks)
        }
        return (service, marks)
    }

    private func target(_ name: String, of draft: ServiceDraft, _ names: [String], at position: Position) -> Int? {
        guard let target = names.firstIndex(of: name) else {
            reporter.error(
                .unknownService, at: position, "no service is named '\(name)'",
                hint: NearestWord.hint(
                    for: name, among: names.filter { $0 != draft.service.name }, listing: "services"))
            return nil
        }
        if name == draft.service.name {
            reporter.error(.selfCall, at: position, "the service '\(name)' calls itself")
            return nil
        }
        return target
    }
}
