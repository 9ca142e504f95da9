import MeshBase
import Sharding

/// The evacuation, restore, or change of cells under way, as the deciders keep it: the value of the decree `plan`. Whoever
/// resumes reads it, and the entries, and needs nothing else.
public struct PlanDecree: Sendable, Equatable {
    /// Which way the cohorts go.
    public enum State: UInt8, Sendable, Codable, CaseIterable {
        /// On to the other placement, stage after stage.
        case moving = 1
        /// Back to where they were.
        case reversing = 2
        /// All have moved: what the cells that are left still hold goes. Only another plan leads back.
        case releasing = 3

        /// As reports have it.
        public var name: String {
            switch self {
            case .moving: "moving"
            case .reversing: "reversing"
            case .releasing: "releasing"
            }
        }
    }

    /// Different for every plan of a mesh.
    public let id: UInt64
    /// Off the region, back to it, to further cells of it, or off some of them.
    public let kind: EvacuationPlan.Kind
    /// A position in `MeshTopology.regions`.
    public let region: Int
    /// Of the region, that are added or drained; ascending. Empty for a whole region.
    public let cells: [CellIndex]
    /// How many cells the mesh was founded with.
    public let founded: Int
    /// Which way it goes.
    public var state: State
    /// No further cohort begins until it is resumed.
    public var isPaused: Bool
    /// A user has taken it back, not the gate.
    public var isAborted: Bool
    /// What only dead cells hold of customers without a majority is given up, and they move too; else they stay.
    public var acceptsLoss = false
    /// Percent of the cohorts at the end of each stage.
    public let percents: [Int]
    /// How long each stage is watched.
    public var watch: TimeAmount
    /// When it was begun, in nanoseconds since 1970.
    public let began: Int64

    /// A plan that begins to move. `cells` and `founded` matter to those of cells only.
    public init(
        id: UInt64, kind: EvacuationPlan.Kind, region: Int, cells: [CellIndex] = [], founded: Int = 0,
        percents: [Int], watch: TimeAmount, began: Int64
    ) {
        self.id = id
        self.kind = kind
        self.region = region
        self.cells = cells.sorted()
        self.founded = founded
        self.percents = percents
        self.watch = watch
        self.began = began
        state = .moving
        isPaused = false
        isAborted = false
    }

    /// The cells that are to take a cohort's customers at the end, where these do now.
    public func target(from now: Eligibility) -> Eligibility {
        switch kind {
        case .evacuate: now.leaving(now.evacuated + [region])
        case .restore: now.leaving(now.evacuated.filter { $0 != region })
        case .add: now.adding(cells, founded: founded)
        case .drain: now.draining(cells, founded: founded)
        }
    }

    /// The cells that took a cohort's customers before the plan, where these do at its end.
    public func origin(of now: Eligibility) -> Eligibility {
        switch kind {
        case .evacuate: now.leaving(now.evacuated.filter { $0 != region })
        case .restore: now.leaving(now.evacuated + [region])
        case .add: now.draining(cells, founded: founded)
        case .drain: now.adding(cells, founded: founded)
        }
    }

    /// Whether a placement is one that this plan leads to.
    public func isTarget(_ side: PlacementSide) -> Bool { target(from: side.eligibility) == side.eligibility }

    /// Whether the plan leaves a cell, which then holds nothing at the end.
    public func leaves(_ cell: CellIndex, region: Int) -> Bool {
        switch kind {
        case .evacuate: region == self.region
        case .drain: cells.contains(cell)
        case .restore, .add: false
        }
    }

    // MARK: As bytes

    /// Little-endian; none is no byte at all. Format 2 has cells.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = [kind.isOfCells ? 2 : 1]
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        put(id)
        put(UInt8(EvacuationPlan.Kind.allCases.firstIndex(of: kind)!))
        put(UInt16(region))
        put(state.rawValue)
        put(UInt8((isPaused ? 1 : 0) | (isAborted ? 2 : 0) | (acceptsLoss ? 4 : 0)))
        put(watch.nanoseconds)
        put(began)
        put(UInt8(percents.count))
        for percent in percents { put(UInt8(percent)) }
        if kind.isOfCells {
            put(UInt16(founded))
            put(UInt16(cells.count))
            for cell in cells { put(cell.rawValue) }
        }
        return bytes
    }

    /// What the decree says: nil for anything that is no plan, and `.some(nil)` for none.
    public static func read(_ bytes: [UInt8]?) -> PlanDecree?? {
        guard let bytes, !bytes.isEmpty else { return .some(nil) }
        let kinds = EvacuationPlan.Kind.allCases
        guard bytes.count >= 31, kinds.indices.contains(Int(bytes[9])) else { return nil }
        let kind = kinds[Int(bytes[9])]
        guard bytes[0] == (kind.isOfCells ? 2 : 1) else { return nil }
        func get<Integer: FixedWidthInteger>(_ at: Int, _ type: Integer.Type) -> Integer {
            bytes.withUnsafeBytes { Integer(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: Integer.self)) }
        }
        let count = Int(bytes[30])
        guard bytes[13] <= 7, let state = State(rawValue: bytes[12]), get(14, Int64.self) >= 0 else { return nil }
        var cells: [CellIndex] = []
        var founded = 0
        if kind.isOfCells {
            guard bytes.count >= 35 + count else { return nil }
            founded = Int(get(31 + count, UInt16.self))
            let number = Int(get(33 + count, UInt16.self))
            guard number >= 1, bytes.count == 35 + count + number * 2 else { return nil }
            for position in 0..<number { cells.append(CellIndex(get(35 + count + position * 2, UInt16.self))) }
            guard zip(cells, cells.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
        } else {
            guard bytes.count == 31 + count else { return nil }
        }
        var plan = PlanDecree(
            id: get(1, UInt64.self), kind: kind, region: Int(get(10, UInt16.self)), cells: cells, founded: founded,
            percents: bytes[31..<(31 + count)].map(Int.init), watch: .nanoseconds(get(14, Int64.self)),
            began: get(22, Int64.self))
        plan.state = state
        plan.isPaused = bytes[13] & 1 != 0
        plan.isAborted = bytes[13] & 2 != 0
        plan.acceptsLoss = bytes[13] & 4 != 0
        return .some(plan)
    }
}
