/// The blueprints that took the place of those that a mesh was founded with, and which cells have them. The founding one is
/// version 1 of each; every rollout has a number of its own, whichever blueprint it changes.
public struct BlueprintRevisions: Sendable, Codable, Equatable {
    /// A blueprint that was rolled out.
    public struct Version: Sendable, Codable, Equatable {
        /// 2 or more, higher than all before.
        public var number: Int
        /// The blueprint, under the name that the mesh knows it by.
        public var blueprint: Blueprint
        /// Where it was read from, for people.
        public var source: String

        /// One of them.
        public init(number: Int, blueprint: Blueprint, source: String) {
            self.number = number
            self.blueprint = blueprint
            self.source = source
        }
    }

    /// The version of what the mesh was founded with.
    public static let founding = 1

    /// Rising; those that no cell has any more go with the next one that comes.
    public var versions: [Version]
    /// By a blueprint's name, the version of those of its cells that `cells` does not name; what is absent is the founding one.
    public var standard: [String: Int]
    /// By a cell's name, its version.
    public var cells: [String: Int]

    /// All cells are as they were founded.
    public init(versions: [Version] = [], standard: [String: Int] = [:], cells: [String: Int] = [:]) {
        self.versions = versions
        self.standard = standard
        self.cells = cells
    }

    /// The number of the rollout that comes next.
    public var next: Int { (versions.last?.number ?? Self.founding) + 1 }

    /// The version of a cell.
    ///
    /// - Parameter blueprint: the name of the one that it was founded with.
    public func version(ofCell cell: String, _ blueprint: String) -> Int {
        cells[cell] ?? standard[blueprint] ?? Self.founding
    }

    /// Gives cells a version.
    ///
    /// - Parameter all: what all cells of the mesh are called that have this blueprint.
    public mutating func set(_ version: Int, of changed: [String], blueprint: String, among all: [String]) {
        for cell in changed { cells[cell] = version }
        let found = Set(all.map { self.version(ofCell: $0, blueprint) })
        // What all have is what a further one gets.
        if let one = found.first, found.count == 1 {
            standard[blueprint] = one == Self.founding ? nil : one
            for cell in all { cells[cell] = nil }
        }
    }

    /// A further version, which no cell has yet. Those that no cell has now are forgotten: nobody goes back to them any more.
    ///
    /// - Returns: its number.
    public mutating func add(_ blueprint: Blueprint, source: String) -> Int {
        let used = Set(cells.values).union(standard.values)
        let number = next
        versions.removeAll { !used.contains($0.number) }
        versions.append(Version(number: number, blueprint: blueprint, source: source))
        return number
    }
}

/// Why blueprints cannot take the place of others.
public enum RevisionFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// A cell is to have a version that is not there.
    case noSuchVersion(Int)
    /// The mesh has no such blueprint.
    case noSuchBlueprint(String)
    /// It differs in what all processes of a mesh must agree on.
    case unlike(String, BlueprintMisfit)

    public var description: String {
        switch self {
        case .noSuchVersion(let number): "version \(number) is not there"
        case .noSuchBlueprint(let name): "the mesh has no blueprint '\(name)'"
        case .unlike(let name, let misfit): "'\(name)': \(misfit)"
        }
    }
}
