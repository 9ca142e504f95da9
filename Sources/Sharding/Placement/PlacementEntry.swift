import MeshBase

/// The decided placement of one cohort with its pins: a line of the placement table, the unit of consensus, and what a
/// cell installs. Of two entries of a cohort the one with the higher version holds.
public struct PlacementEntry: Equatable, Sendable {
    /// One customer's shard, chosen by hand; moves as a cohort of one.
    public struct Pin: Equatable, Sendable {
        /// Whose shard it is.
        public var customer: CustomerHash
        /// The one epoch in which the customer is served.
        public internal(set) var epoch: Epoch
        /// The epoch of the latest begin or reverse; 0 where it was pinned to the cells that it had.
        public internal(set) var move: Epoch
        /// Between which cells it stands.
        public internal(set) var state: UnitState<PinSide>
        /// Where it returns to when the region that it had to leave is restored; empty where it never had to.
        public internal(set) var home: Shard
        /// It goes back to its cohort's shard, and the pin ends with the move.
        public internal(set) var isLeaving = false
        /// It was left where it is as its cohort moved on, for want of a majority of its shard.
        public internal(set) var isHeld = false

        /// The cells that are to hold the customer.
        public var shard: Shard { state.target.shard }
    }

    /// Pins of one cohort are few by design; more are refused.
    public static let maximumPinCount = 16_384

    /// Its number, 0 ..< the table's count.
    public let cohort: Int
    /// Rises by one with every change.
    public internal(set) var version: UInt64
    /// The highest epoch handed out here; the next change takes the one above.
    public internal(set) var last: Epoch
    /// The one epoch in which customers without a pin are served.
    public internal(set) var epoch: Epoch
    /// Between which placements it stands.
    public internal(set) var state: UnitState<PlacementSide>
    /// The epoch of the latest begin or reverse; 0 at the founding.
    public internal(set) var move: Epoch
    /// The epoch of the latest sweep of tombstones; 0 where there was none.
    public internal(set) var swept: Epoch
    /// In ascending order of the customers' hashes.
    public internal(set) var pins: [Pin]

    /// As a mesh is founded: the first epoch, nothing evacuated, no pins.
    public init(cohort: Int) {
        self.cohort = cohort
        version = 1
        last = .first
        epoch = .first
        state = .stable(PlacementSide(since: .first))
        move = Epoch(0)
        swept = Epoch(0)
        pins = []
    }

    /// It is as it was founded.
    public var isFounding: Bool { version == 1 }

    /// The pin of a customer; nil where there is none.
    public func pin(of customer: CustomerHash) -> Pin? {
        guard !pins.isEmpty else { return nil }
        let position = pinPosition(of: customer)
        guard position < pins.count, pins[position].customer == customer else { return nil }
        return pins[position]
    }

    /// The epoch of a customer of this cohort: that of the pin where there is one, or else the cohort's.
    public func epoch(of customer: CustomerHash) -> Epoch { pin(of: customer)?.epoch ?? epoch }

    /// The move that a member has to be filled for; see `Pin.move`.
    public func move(of customer: CustomerHash) -> Epoch { pin(of: customer)?.move ?? move }

    /// Nothing of it is under way.
    public var isStable: Bool { state.phase == .stable && pins.allSatisfy { $0.state.phase == .stable } }

    /// Where the customer's pin is, or would be inserted.
    func pinPosition(of customer: CustomerHash) -> Int {
        var low = 0
        var high = pins.count
        while low < high {
            let middle = (low + high) / 2
            if pins[middle].customer.rawValue < customer.rawValue { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What is wrong with an entry that came from outside; nil for one that changes could have made.
    func firstFault(cohorts: Int) -> String? {
        guard cohort >= 0, cohort < cohorts else { return "cohort \(cohort) is not in 0..<\(cohorts)" }
        guard version >= 1, version < 1 << 52 else { return "cohort \(cohort) has version \(version)" }
        guard epoch >= .first, epoch <= last, move <= epoch, swept <= last, state.inForce.since <= epoch,
            (state.other?.since ?? .first) <= epoch
        else { return "the epochs of cohort \(cohort) do not rise, or exceed its last" }
        for side in [state.inForce, state.other].compactMap({ $0 }) {
            guard side.evacuated.count <= PlacementSide.maximumRegions, side.evacuated.allSatisfy({ $0 >= 0 }),
                side.eligibility.added.count <= Eligibility.maximumCells,
                side.eligibility.drained.count <= Eligibility.maximumCells
            else { return "cohort \(cohort) leaves out regions or cells that cannot be" }
        }
        guard pins.count <= Self.maximumPinCount else { return "cohort \(cohort) has \(pins.count) pins" }
        var before: UInt64?
        for pin in pins {
            guard before.map({ $0 < pin.customer.rawValue }) ?? true else {
                return "the pins of cohort \(cohort) are not in ascending order of their customers"
            }
            before = pin.customer.rawValue
            guard PlacementTable.cohort(of: pin.customer, count: cohorts) == cohort else {
                return "a pin of cohort \(cohort) belongs to another"
            }
            guard !pin.state.inForce.shard.isEmpty, !(pin.state.other?.shard.isEmpty ?? false) else {
                return "a pin of cohort \(cohort) has no cell"
            }
            guard pin.epoch >= .first, pin.epoch <= last, pin.move <= pin.epoch, pin.state.inForce.since <= pin.epoch
            else { return "the epochs of a pin of cohort \(cohort) do not rise, or exceed the cohort's last" }
        }
        return nil
    }
}
