/// What a node says about itself and may change while it runs.
public struct MemberMetadata: Hashable, Sendable {
    /// The state of the node's own work; the byte is carried as it is, so that newer states pass through older nodes.
    public struct State: RawRepresentable, Hashable, Sendable {
        public var rawValue: UInt8
        @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let starting = State(rawValue: 0)
        public static let serving = State(rawValue: 1)
        public static let degraded = State(rawValue: 2)
        public static let evacuated = State(rawValue: 3)
        public static let stopping = State(rawValue: 4)
        /// The disk was lost, and what it held comes back from other nodes.
        public static let refilling = State(rawValue: 5)

        public var name: String {
            switch rawValue {
            case 0: "starting"
            case 1: "serving"
            case 2: "degraded"
            case 3: "evacuated"
            case 4: "stopping"
            case 5: "refilling"
            default: "state-\(rawValue)"
            }
        }
    }

    public var state: State
    /// Load from 0 (idle) to 255 (full).
    public var load: UInt8

    @inlinable public init(state: State = .starting, load: UInt8 = 0) {
        self.state = state
        self.load = load
    }
}
