import MeshBase
import Topology

/// Reads a blueprint: what runs inside a cell.
struct BlueprintReader {
    let reporter: Reporter
    var read: ValueReading { ValueReading(reporter: reporter) }
    var policies: PoliciesReader { PoliciesReader(reporter: reporter) }

    init(reporter: Reporter) { self.reporter = reporter }

    /// Nil where there is nothing to go on with; otherwise problems are reported and defaults stand in.
    func blueprint(_ root: YAMLValue) -> LoadedBlueprint? {
        guard let map = read.mapping(root, "a blueprint") else { return nil }
        let nameEntry = map.entry("cell")
        let name = map.requiredName("cell")
        let services = services(map)
        var blueprint = Blueprint(
            name: name ?? "unnamed", services: services.map(\.service), store: map.mapping("store").map(store))
        var marks = LoadedBlueprint.Marks(name: nameEntry?.value.position ?? map.position)
        var draft = PoliciesDraft()
        if let inner = map.mapping("shedding") { blueprint.shedding = shedding(inner, into: &draft) }
        marks.objectives = map.entry("objectives")?.position
        blueprint.objectives = map.mapping("objectives").map(objectives)
        blueprint.capacity = map.optionalInteger("capacity", 1...1_000_000)
        readKept(map, into: &blueprint, &marks)
        blueprint.features = features(map, of: blueprint, &marks)
        policies.wide(map, at: .blueprint, into: &draft)
        policies.cell(map, into: &draft)
        blueprint.policies = draft.written
        marks.policies = draft.marks
        map.finish()
        return LoadedBlueprint(
            blueprint: blueprint, file: reporter.file, marks: marks, services: services.map(\.marks))
    }

    /// The words of `priority`.
    private enum PriorityWord: String, CaseIterable {
        case critical, high, normal, low

        var priority: Priority {
            switch self {
            case .critical: .critical
            case .high: .high
            case .normal: .normal
            case .low: .low
            }
        }
    }

    func priority(_ map: MappingReader) -> Priority? {
        map.value("priority").flatMap { read.word($0, "'priority'", PriorityWord.self)?.priority }
    }

    /// The position of a service; reported where there is none.
    func service(_ name: String, in names: [String], at position: Position, _ code: ProblemCode = .unknownService)
        -> Int?
    {
        if let known = names.firstIndex(of: name) { return known }
        reporter.error(
            code, at: position, "no service is named '\(YAMLValue.clipped(name))'",
            hint: NearestWord.hint(for: name, among: names, listing: "services"))
        return nil
    }
}
