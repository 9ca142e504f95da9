/// What a node says about itself and may change while it runs.
public struct MemberMetadata: Hashable, Sendable {
    /// The state of the node's own work; the byte is carried as it is, so that newer states pass through older nodes.
    public struct State: RawRepresentable, Hashable, Sendable {
        /// The byte on the wire.
        public var rawValue: UInt8
        /// Any byte: one that this release does not know keeps its value.
        @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// It has begun and takes no work yet.
        public static let starting = State(rawValue: 0)
        /// It takes work.
        public static let serving = State(rawValue: 1)
        /// It takes work, and part of it does not function.
        public static let degraded = State(rawValue: 2)
        /// No customer is placed on it.
        public static let evacuated = State(rawValue: 3)
        /// It finishes what it has and takes no more.
        public static let stopping = State(rawValue: 4)
        /// The disk was lost, and what it held comes back from other nodes.
        public static let refilling = State(rawValue: 5)
        /// It runs and cannot serve just now; others are asked first.
        public static let notReady = State(rawValue: 6)

        /// The word in `members` and `status`.
        public var name: String {
            switch rawValue {
            case 0: "starting"
            case 1: "serving"
            case 2: "degraded"
            case 3: "evacuated"
            case 4: "stopping"
            case 5: "refilling"
            case 6: "not-ready"
            default: "state-\(rawValue)"
            }
        }
    }

    /// The state of its own work.
    public var state: State
    /// Load from 0 (idle) to 255 (full).
    public var load: UInt8

    /// A node that has just begun, unless said otherwise.
    @inlinable public init(state: State = .starting, load: UInt8 = 0) {
        self.state = state
        self.load = load
    }
}
