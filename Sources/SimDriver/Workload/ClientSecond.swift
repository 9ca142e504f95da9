import MeshBase
import Reports

/// What clients were answered in the second that goes on, by place: names are put to it when it is taken, and not for each request.
struct ClientSecond {
    private typealias Tally = RunSecond.Tally

    /// Those that are called, by position.
    private let services: [String]
    private var all = Tally()
    /// Of records, and of each service behind it.
    private var byService: [Tally]
    private var byKind = [Tally](repeating: Tally(), count: Kind.allCases.count)
    private var byPriority = [Tally](repeating: Tally(), count: Priority.allCases.count)
    private var failures = RunSecond.nothing
    private var cells: [(name: String, tally: Tally)] = []
    /// By the hash of a cell's name.
    private var places: [UInt64: Int] = [:]

    enum Kind: Int, CaseIterable { case reads, writes, services }

    init(services: [String]) {
        self.services = services
        byService = Array(repeating: Tally(), count: services.count + 1)
    }

    /// Counts one.
    ///
    /// - Parameters:
    ///   - service: its position; nil for a record.
    ///   - cell: the name of the cell that it counts for; nil where that is nobody.
    ///   - status: of the answer; nil where there was none.
    ///   - time: to an answer; nil where there was none.
    mutating func note(
        _ kind: Kind, service: Int?, priority: Priority, cell: UnsafeRawBufferPointer?, isOK: Bool, isShed: Bool,
        status: Int?, _ time: TimeAmount?
    ) {
        if !isOK { failures.note(failure: status.map { "\($0)" } ?? "no answer") }
        all.note(isOK: isOK, isShed: isShed, time)
        byService[service.map { $0 + 1 } ?? 0].note(isOK: isOK, isShed: isShed, time)
        byKind[kind.rawValue].note(isOK: isOK, isShed: isShed, time)
        byPriority[Int(priority.rawValue)].note(isOK: isOK, isShed: isShed, time)
        guard let cell else { return }
        cells[place(of: cell)].tally.note(isOK: isOK, isShed: isShed, time)
    }

    private mutating func place(of cell: UnsafeRawBufferPointer) -> Int {
        let hash = StableHash.hash(cell)
        if let known = places[hash] { return known }
        places[hash] = cells.count
        cells.append((String(decoding: cell, as: UTF8.self), Tally()))
        return cells.count - 1
    }

    /// All of it, with the names; another second begins.
    mutating func take() -> RunSecond {
        var second = failures
        failures = .nothing
        second.length = .seconds(1)
        Self.move(&all, to: &second.all)
        for position in byService.indices where byService[position].requests > 0 {
            let name = position == 0 ? "records" : services[position - 1]
            Self.move(&byService[position], to: &second.services[name, default: Tally()])
        }
        for kind in Kind.allCases where byKind[kind.rawValue].requests > 0 {
            Self.move(&byKind[kind.rawValue], to: &second.kinds["\(kind)", default: Tally()])
        }
        for priority in Priority.allCases where byPriority[Int(priority.rawValue)].requests > 0 {
            Self.move(
                &byPriority[Int(priority.rawValue)], to: &second.priorities["\(priority.name)", default: Tally()])
        }
        for position in cells.indices where cells[position].tally.requests > 0 {
            Self.move(&cells[position].tally, to: &second.cells[cells[position].name, default: Tally()])
        }
        return second
    }

    private static func move(_ tally: inout Tally, to place: inout Tally) {
        place = tally
        tally = Tally()
    }
}
