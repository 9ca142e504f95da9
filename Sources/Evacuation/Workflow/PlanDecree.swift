import MeshBase
import Sharding

/// The evacuation or restore under way, as the deciders keep it: the value of the decree `plan`. Whoever resumes reads
/// it, and the entries, and needs nothing else.
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
    /// Off the region, or back to it.
    public let kind: EvacuationPlan.Kind
    /// A position in `MeshTopology.regions`.
    public let region: Int
    /// Which way it goes.
    public var state: State
    /// No further cohort begins until it is resumed.
    public var isPaused: Bool
    /// A user has taken it back, not the gate.
    public var isAborted: Bool
    /// Percent of the cohorts at the end of each stage.
    public let percents: [Int]
    /// How long each stage is watched.
    public let watch: TimeAmount
    /// When it was begun, in nanoseconds since 1970.
    public let began: Int64

    /// A plan that begins to move.
    public init(
        id: UInt64, kind: EvacuationPlan.Kind, region: Int, percents: [Int], watch: TimeAmount, began: Int64
    ) {
        self.id = id
        self.kind = kind
        self.region = region
        self.percents = percents
        self.watch = watch
        self.began = began
        state = .moving
        isPaused = false
        isAborted = false
    }

    /// The regions that a cohort which leaves out these is to leave out at the end.
    public func target(from evacuated: [Int]) -> [Int] {
        switch kind {
        case .evacuate: Set(evacuated).union([region]).sorted()
        case .restore: evacuated.filter { $0 != region }
        }
    }

    /// Whether a placement is one that this plan leads to.
    public func isTarget(_ side: PlacementSide) -> Bool {
        side.evacuated.contains(region) == (kind == .evacuate)
    }

    // MARK: As bytes

    /// Little-endian; none is no byte at all.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = [1]
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        put(id)
        put(UInt8(kind == .evacuate ? 0 : 1))
        put(UInt16(region))
        put(state.rawValue)
        put(UInt8((isPaused ? 1 : 0) | (isAborted ? 2 : 0)))
        put(watch.nanoseconds)
        put(began)
        put(UInt8(percents.count))
        for percent in percents { put(UInt8(percent)) }
        return bytes
    }

    /// What the decree says: nil for anything that is no plan, and `.some(nil)` for none.
    public static func read(_ bytes: [UInt8]?) -> PlanDecree?? {
        guard let bytes, !bytes.isEmpty else { return .some(nil) }
        guard bytes.count >= 31, bytes[0] == 1 else { return nil }
        func get<Integer: FixedWidthInteger>(_ at: Int, _ type: Integer.Type) -> Integer {
            bytes.withUnsafeBytes { Integer(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: Integer.self)) }
        }
        let count = Int(bytes[30])
        guard bytes.count == 31 + count, bytes[9] <= 1, bytes[13] <= 3, let state = State(rawValue: bytes[12]),
            get(14, Int64.self) >= 0
        else {
            return nil
        }
        var plan = PlanDecree(
            id: get(1, UInt64.self), kind: bytes[9] == 0 ? .evacuate : .restore, region: Int(get(10, UInt16.self)),
            percents: bytes[31...].map(Int.init), watch: .nanoseconds(get(14, Int64.self)),
            began: get(22, Int64.self))
        plan.state = state
        plan.isPaused = bytes[13] & 1 != 0
        plan.isAborted = bytes[13] & 2 != 0
        return .some(plan)
    }
}
