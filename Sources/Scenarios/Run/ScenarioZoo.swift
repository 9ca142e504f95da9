import Chaos
import Drills
import MeshBase
import Reports
import Topology

/// Which animals a scenario made of cells, and what detectors called them.
struct ScenarioZoo: Sendable {
    private struct Animal {
        var key: Int
        var fault: FaultKind
        var cell: String
        var since: Instant
        var until: Instant?
        /// What it was called first after that, and when.
        var named: (animal: CellAnimal, at: Instant)?
    }

    private struct Name: Hashable {
        var cell: String
        var animal: CellAnimal
    }

    private var animals: [Animal] = []
    /// Names of cells that nothing was done to, or something else.
    private var wrong: Set<Name> = []

    /// A detector may need so long after a fault has ended to say what it has seen of it.
    static let grace = TimeAmount.seconds(10)
    /// Animals, and wrong names, that are told apart.
    static let most = 256

    /// An action begins: cells are made animals by it, if it is such a fault.
    mutating func begin(_ key: Int, _ action: ScenarioAction, now: Instant) {
        guard case .fault(let request) = action.deed, let spec = try? request.spec(), spec.kind.animal != nil else {
            return
        }
        for cell in spec.targets.compactMap(\.nodeName) where animals.count < Self.most {
            animals.append(Animal(key: key, fault: spec.kind, cell: cell, since: now))
        }
    }

    /// It is over.
    mutating func end(_ key: Int, now: Instant) {
        for place in animals.indices where animals[place].key == key { animals[place].until = now }
    }

    /// Somebody has called a cell something.
    mutating func take(_ record: EventRecord, at: Instant) {
        guard record.type == "zoo", record.action == "named",
            let animal = record.attributes["animal"]?.text.flatMap(CellAnimal.init(rawValue:))
        else { return }
        let place = animals.firstIndex { known in
            known.cell == record.id && known.fault.animal == animal && at >= known.since
                && known.until.map { at <= $0 + Self.grace } ?? true
        }
        guard let place else {
            if wrong.count < Self.most { wrong.insert(Name(cell: record.id, animal: animal)) }
            return
        }
        guard animals[place].named.map({ at < $0.at }) ?? true else { return }
        animals[place].named = (animal, at)
    }

    /// How many were made, and how many of them were called what they are.
    var injected: Int { animals.count }
    var named: Int { animals.count { $0.named != nil } }
    /// Names that are of nothing that was done.
    var falseNames: Int { wrong.count }
    /// From a fault until its name, at worst; nil where one has none.
    var longest: TimeAmount? {
        guard !animals.isEmpty, named == animals.count else { return nil }
        return animals.compactMap { animal in animal.named.map { $0.at - animal.since } }.max()
    }

    /// Nil where nothing was injected.
    var report: [DrillAnimal]? {
        guard !animals.isEmpty else { return nil }
        return animals.map { animal in
            DrillAnimal(
                injected: animal.fault.rawValue, cell: animal.cell, named: animal.named?.animal.rawValue,
                namedMilliseconds: animal.named.map { ($0.at - animal.since).milliseconds })
        }
            + wrong.sorted { ($0.cell, $0.animal.rawValue) < ($1.cell, $1.animal.rawValue) }.map {
                DrillAnimal(injected: nil, cell: $0.cell, named: $0.animal.rawValue, namedMilliseconds: nil)
            }
    }
}

extension FaultKind {
    /// What a detector is to call a cell that has it; nil of faults that make no animal.
    var animal: CellAnimal? {
        switch self {
        case .zombie: .zombie
        case .slow: .slowpoke
        case .flap: .flapper
        case .lie: .liar
        case .amnesia: .amnesiac
        default: nil
        }
    }
}
