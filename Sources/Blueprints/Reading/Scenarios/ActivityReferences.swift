import MeshBase
import Scenarios

/// The activities of a scenario by their names, for those that only refer to one.
struct ActivityReferences {
    private let reporter: Reporter
    private var known: [String: YAMLValue] = [:]
    private var isAmbiguous: Set<String> = []

    /// Of a method and a hypothesis, as Chaos Toolkit has it.
    init(_ root: MappingReader, reporter: Reporter) {
        self.reporter = reporter
        var all: [YAMLValue] = []
        if case .list(let items)? = root.value("method")?.content { all += items }
        if case .mapping(let entries)? = root.value("steady-state-hypothesis")?.content,
            case .list(let items)? = entries.first(where: { $0.key == "probes" })?.value.content
        {
            all += items
        }
        for activity in all.prefix(2 * Scenario.most) {
            guard case .mapping(let entries) = activity.content,
                case .text(let name, _)? = entries.first(where: { $0.key == "name" })?.value.content
            else { continue }
            if known.updateValue(activity, forKey: name) != nil { isAmbiguous.insert(name) }
        }
    }

    static func isReference(_ value: YAMLValue) -> Bool {
        guard case .mapping(let entries) = value.content else { return false }
        return entries.contains { $0.key == "ref" }
    }

    /// The activity that is meant; nil where there is none, which was reported.
    func resolved(_ value: YAMLValue) -> YAMLValue? {
        guard Self.isReference(value), case .mapping(let entries) = value.content else { return value }
        let ref = entries.first { $0.key == "ref" }
        guard let ref, entries.count == 1, case .text(let name, _) = ref.value.content else {
            reporter.error(
                .wrongType, at: value.position, "'ref' is the name of another activity, with nothing beside it")
            return nil
        }
        guard let found = known[name], !isAmbiguous.contains(name) else {
            reporter.error(
                .unknownWord, at: ref.value.position,
                known[name] == nil
                    ? "there is no activity '\(YAMLValue.clipped(name))'"
                    : "there are several activities '\(YAMLValue.clipped(name))'",
                hint: known[name] == nil
                    ? NearestWord.hint(for: name, among: known.keys.sorted(), listing: "activities are") : nil)
            return nil
        }
        return found
    }
}
