import MeshBase
import Topology

/// What was observed just before an evacuation or a restore: all that its checks look at.
public struct EvacuationFacts: Sendable {
    /// One cell as this side sees it.
    public struct Cell: Sendable, Equatable {
        /// It answers here, or the membership holds it for alive.
        public var isAlive: Bool
        /// A router or member elsewhere reaches it, whatever this side sees.
        public var isReachedByOthers: Bool
        /// Measured or declared use as a ratio of its capacity, 0 or more; nil where unknown.
        public var utilisation: Double?
        /// Its store takes no more writes.
        public var isStoreFull: Bool
        /// Bytes that its store can still take; nil where unknown.
        public var freeBytes: UInt64?

        /// A cell that is well unless told otherwise.
        public init(
            isAlive: Bool = true, isReachedByOthers: Bool = false, utilisation: Double? = nil,
            isStoreFull: Bool = false, freeBytes: UInt64? = nil
        ) {
            self.isAlive = isAlive
            self.isReachedByOthers = isReachedByOthers
            self.utilisation = utilisation
            self.isStoreFull = isStoreFull
            self.freeBytes = freeBytes
        }
    }

    /// A cell that holds decrees.
    public struct Decider: Sendable, Equatable {
        /// Which cell.
        public var cell: CellIndex
        /// It answered within the time for this check (2 s).
        public var answers: Bool
        /// A decider and whether it was heard.
        public init(cell: CellIndex, answers: Bool) {
            self.cell = cell
            self.answers = answers
        }
    }

    /// The plan under way.
    public struct OpenPlan: Sendable, Equatable {
        /// The name of its region.
        public var region: String
        /// As the decree has it: `moving`, `reversing`, `releasing`.
        public var state: String
        /// What the decree says.
        public init(region: String, state: String) {
            self.region = region
            self.state = state
        }
    }

    /// What the user typed to confirm.
    public enum Confirmation: Sendable, Equatable {
        /// A dry run, or a plan that is resumed.
        case notNeeded
        /// Nothing was typed.
        case missing
        /// It must be the region's name.
        case typed(String)
    }

    /// The mesh; its `evacuation.headroom` is the share of capacity that must stay free.
    public var topology: MeshTopology
    /// What is to be done.
    public var kind: EvacuationPlan.Kind
    /// The cells that are to be added or drained; empty where a whole region is meant.
    public var changing: [CellIndex]
    /// Cells that hold no customer whatever their region: drained before, or not in use yet.
    public var unused: [CellIndex]
    /// As it was typed.
    public var region: String
    /// What was typed beside it.
    public var confirmation: Confirmation
    /// Positions of the regions that no cohort uses, in any order.
    public var evacuated: [Int]
    /// Nil where none is open.
    public var openPlan: OpenPlan?
    /// The drill or game day that runs and does not ask for this itself; nil where none does.
    public var drill: String?
    /// All of them, whether they answered or not.
    public var deciders: [Decider]
    /// In order of the topology's cells; one that is missing counts as dead.
    public var cells: [Cell]
    /// Of the calls of services; nil where it was not predicted.
    public var load: LoadPrediction?
    /// Bytes of the rows that have to be copied, over all cells that take over; nil where unknown.
    public var bytesToCopy: UInt64?
    /// Customers of whose shard, now or afterwards, no majority lives: they stay where they are.
    public var heldBack = 0
    /// Numbers of customers of whose shard no majority lives now, and of whom the user gives up what only dead cells have.
    public var givenUp: [Int] = []
    /// The user overrides what may be overridden.
    public var isForced: Bool

    /// An evacuation of a healthy mesh unless told otherwise.
    public init(
        topology: MeshTopology, kind: EvacuationPlan.Kind = .evacuate, region: String,
        changing: [CellIndex] = [], unused: [CellIndex] = [], confirmation: Confirmation = .notNeeded,
        evacuated: [Int] = [], openPlan: OpenPlan? = nil,
        deciders: [Decider], cells: [Cell], load: LoadPrediction? = nil, bytesToCopy: UInt64? = nil,
        isForced: Bool = false
    ) {
        self.topology = topology
        self.kind = kind
        self.region = region
        self.changing = changing
        self.unused = unused
        self.confirmation = confirmation
        self.evacuated = evacuated
        self.openPlan = openPlan
        self.deciders = deciders
        self.cells = cells
        self.load = load
        self.bytesToCopy = bytesToCopy
        self.isForced = isForced
    }

    func cell(_ index: CellIndex) -> Cell {
        cells.indices.contains(index.position) ? cells[index.position] : Cell(isAlive: false)
    }
}
