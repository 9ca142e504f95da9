import MeshBase

/// Why a change of the placement was refused; the entry is as it was.
public enum PlacementChangeError: Error, Equatable, Sendable {
    /// There is no cohort of this number.
    case noSuchCohort(Int)
    /// The unit is not in the state from which this change leads on.
    case wrongState(cohort: Int)
    /// As many customers of the cohort are pinned as may be: remove pins first.
    case tooManyPins
    /// A pin needs at least one cell.
    case emptyShard
    /// The customer has no pin.
    case notPinned
    /// The customer belongs to another cohort.
    case otherCohort(Int)
    /// Epochs are used up (2^32 of them).
    case epochsExhausted
}

/// The changes of an entry. Each takes `last + 1` as its epoch, so that a unit's epochs never fall and never come back.
/// What has to be true of the cells before one is decided is not looked at here: docs/moves.md, and `Evacuation`.
extension PlacementEntry {
    /// stable -> joint: the cohort's customers shall leave these regions (positions; empty to return to all).
    public mutating func begin(evacuated: some Sequence<Int>) throws(PlacementChangeError) {
        try begin(state.inForce.eligibility.leaving(evacuated))
    }

    /// stable -> joint: these cells shall take the cohort's customers.
    public mutating func begin(_ eligibility: Eligibility) throws(PlacementChangeError) {
        guard case .stable(let old) = state else { throw .wrongState(cohort: cohort) }
        let epoch = try takeEpoch()
        state = .joint(old: old, new: PlacementSide(since: epoch, eligibility))
        move = epoch
        self.epoch = epoch
    }

    /// joint -> stable: the old side alone; the other's members drop its records as they install this.
    public mutating func abort() throws(PlacementChangeError) {
        guard case .joint(let old, _) = state else { throw .wrongState(cohort: cohort) }
        epoch = try takeEpoch()
        state = .stable(old)
    }

    /// joint -> new: of every customer's new shard a majority is filled.
    public mutating func switchOver() throws(PlacementChangeError) {
        guard case .joint(let old, let new) = state else { throw .wrongState(cohort: cohort) }
        epoch = try takeEpoch()
        state = .new(new, previous: old)
    }

    /// new -> stable: the previous side is forgotten, and its records are dropped.
    public mutating func release() throws(PlacementChangeError) {
        guard case .new(let side, _) = state else { throw .wrongState(cohort: cohort) }
        epoch = try takeEpoch()
        state = .stable(side)
    }

    /// What a wrong build does, so that a checker can be shown it: joint -> stable at the new side, without a switch; of the
    /// pin of a customer, or of the cohort.
    package mutating func releaseEarly(pin customer: CustomerHash? = nil) throws(PlacementChangeError) {
        if let customer {
            let position = pinPosition(of: customer)
            guard case .joint(_, let new)? = pin(of: customer)?.state else { throw .wrongState(cohort: cohort) }
            pins[position].epoch = try takeEpoch()
            pins[position].state = .stable(new)
        } else {
            guard case .joint(_, let new) = state else { throw .wrongState(cohort: cohort) }
            epoch = try takeEpoch()
            state = .stable(new)
        }
    }

    /// new -> joint, back to the previous side, whose cells have kept their records and fetch only what is newer.
    public mutating func reverse() throws(PlacementChangeError) {
        guard case .new(let side, let previous) = state else { throw .wrongState(cohort: cohort) }
        let epoch = try takeEpoch()
        state = .joint(old: side, new: previous)
        move = epoch
        self.epoch = epoch
    }

    /// A new epoch and no other change: voids what is under way in the cohort and in each of its pins.
    public mutating func refence() throws(PlacementChangeError) {
        epoch = try takeEpoch()
        for position in pins.indices { pins[position].epoch = epoch }
    }

    /// Tombstones are collected from this epoch on; a stable cohort without pins under way.
    public mutating func sweep() throws(PlacementChangeError) {
        guard isStable else { throw .wrongState(cohort: cohort) }
        epoch = try takeEpoch()
        swept = epoch
    }

    /// What a wrong build does, so that a checker can be shown it: a sweep whatever the state is.
    package mutating func sweepAnywhere() throws(PlacementChangeError) {
        epoch = try takeEpoch()
        swept = epoch
    }

    // MARK: Pins

    /// Begins to move one customer to cells chosen by hand. `from`: the shard that it has now, by its cohort.
    ///
    /// A stable pin moves on from its own cells. Where the cells are the same, it is pinned at once.
    public mutating func pin(
        _ customer: CustomerHash, from: Shard, to shard: Shard, home: Shard = Shard()
    ) throws(PlacementChangeError) {
        try pin(customer, from: from, to: shard, home: home, isMoved: false)
    }

    /// - Parameter isMoved: also where the cells are the same.
    private mutating func pin(
        _ customer: CustomerHash, from: Shard, to shard: Shard, home: Shard = Shard(), isMoved: Bool
    ) throws(PlacementChangeError) {
        guard !shard.isEmpty, !from.isEmpty else { throw .emptyShard }
        guard case .stable(let side) = state else { throw .wrongState(cohort: cohort) }
        let position = pinPosition(of: customer)
        let known = position < pins.count && pins[position].customer == customer ? pins[position] : nil
        var old = PinSide(since: side.since, shard: from)
        if let known {
            guard case .stable(let held) = known.state else { throw .wrongState(cohort: cohort) }
            old = held
        } else if pins.count >= Self.maximumPinCount {
            throw .tooManyPins
        }
        let epoch = try takeEpoch()
        var pin = Pin(customer: customer, epoch: epoch, move: Epoch(0), state: .stable(old), home: home)
        if !isMoved, Set(old.shard) == Set(shard) {
            pin.state = .stable(PinSide(since: old.since, shard: shard))
            pin.move = known?.move ?? Epoch(0)
        } else {
            pin.state = .joint(old: old, new: PinSide(since: epoch, shard: shard))
            pin.move = epoch
        }
        if known != nil { pins[position] = pin } else { pins.insert(pin, at: position) }
    }

    /// Leaves customers where they are, whatever becomes of their cohort: too few of their cells live to move them.
    /// `shards`: what each has now, by its cohort.
    public mutating func hold(_ shards: [(customer: CustomerHash, shard: Shard)]) throws(PlacementChangeError) {
        var held = self
        for (customer, shard) in shards where held.pin(of: customer) == nil {
            try held.pin(customer, from: shard, to: shard)
            held.pins[held.pinPosition(of: customer)].isHeld = true
        }
        self = held
    }

    /// What becomes of a customer of whom an operator gives up what only lost cells hold.
    public enum Salvage: Equatable, Sendable {
        /// It moves to these cells and is pinned to them.
        case pinned(Shard)
        /// It moves to these cells, which are its cohort's, and the pin ends.
        case leaving(Shard)
        /// As `leaving`, once its cohort stands again. Where nothing is left it begins anew on these cells at once.
        case leavingLater(Shard)

        /// Where it goes.
        public var shard: Shard {
            switch self {
            case .pinned(let shard), .leaving(let shard), .leavingLater(let shard): shard
            }
        }
    }

    /// Gives up what only lost cells hold of a customer: these leave its shard without being replaced, and from those
    /// that are left it moves on. Where none is left there is nothing to be moved: it begins anew where it goes.
    ///
    /// A cell that was given up and returns drops what it holds. Until it has heard of this it can still serve, with a
    /// majority of its like, a router that has not heard of it either.
    /// - Parameter from: the shard that the customer has by its cohort; a pin knows its own.
    public mutating func giveUp(
        _ customer: CustomerHash, from: Shard, lost: some Collection<CellIndex>, then: Salvage
    ) throws(PlacementChangeError) {
        let shard = then.shard
        guard !shard.isEmpty else { throw .emptyShard }
        let position = pinPosition(of: customer)
        let known = pin(of: customer)
        var old: PinSide
        var target: PinSide?
        switch known?.state {
        case .stable(let side): old = side
        case .joint(let side, let new): (old, target) = (side, new)
        case .new: throw .wrongState(cohort: cohort)
        case nil:
            guard case .stable(let side) = state else { throw .wrongState(cohort: cohort) }
            guard pins.count < Self.maximumPinCount else { throw .tooManyPins }
            old = PinSide(since: side.since, shard: from)
        }
        guard target != nil || state.phase == .stable else { throw .wrongState(cohort: cohort) }
        let left = old.shard.leaving(out: CellSet(lost))
        let epoch = try takeEpoch()
        var pin = known ?? Pin(customer: customer, epoch: epoch, move: Epoch(0), state: .stable(old), home: Shard())
        pin.epoch = epoch
        pin.isHeld = false
        if target == nil {
            if case .pinned = then { pin.isLeaving = false } else { pin.isLeaving = true }
            pin.home = Shard()
        }
        let new = target ?? PinSide(since: epoch, shard: shard)
        if left.isEmpty {
            pin.state = .stable(PinSide(since: epoch, shard: new.shard))
            pin.move = Epoch(0)
        } else if target == nil, case .leavingLater = then {
            pin.state = .stable(PinSide(since: old.since, shard: left))
        } else {
            pin.state = .joint(old: PinSide(since: old.since, shard: left), new: new)
            if target == nil { pin.move = epoch }
        }
        if known != nil { pins[position] = pin } else { pins.insert(pin, at: position) }
    }

    /// Begins to give a customer back to its cohort, whose shard it is moved to first.
    ///
    /// Where it is on these cells already the pin is taken away at once, unless the cohort has changed its placement since:
    /// then the cells hold for the cohort only what is as young as that, and it is moved to the cells that it has.
    public mutating func unpin(_ customer: CustomerHash, to shard: Shard) throws(PlacementChangeError) {
        guard let known = pin(of: customer) else { throw .notPinned }
        if case .joint(let old, _) = known.state, !known.isLeaving {
            // It has not got there: it is its old cells' again, and goes on from them.
            let position = pinPosition(of: customer)
            pins[position].epoch = try takeEpoch()
            pins[position].state = .stable(old)
            pins[position].isLeaving = true
            return
        }
        if mayRemovePin(customer, to: shard) { return try removePin(customer) }
        try pin(customer, from: known.shard, to: shard, isMoved: true)
        pins[pinPosition(of: customer)].isLeaving = true
        pins[pinPosition(of: customer)].isHeld = false
    }

    /// Whether a stable pin can be taken away: its cells are the cohort's, and what they have of it is continuous since the
    /// cohort's placement joined. Otherwise they would drop it as what somebody holds who was away.
    public func mayRemovePin(_ customer: CustomerHash, to shard: Shard) -> Bool {
        guard let pin = pin(of: customer), case .stable(let held) = pin.state, case .stable(let side) = state else {
            return false
        }
        return Set(held.shard) == Set(shard) && held.since >= side.since
    }

    /// Takes a stable pin away whose cells are the cohort's; see `mayRemovePin`. The cohort takes a new epoch as well, so
    /// that the customer's does not fall.
    public mutating func removePin(_ customer: CustomerHash) throws(PlacementChangeError) {
        guard let known = pin(of: customer) else { throw .notPinned }
        guard case .stable(let held) = known.state, case .stable(let side) = state, held.since >= side.since else {
            throw .wrongState(cohort: cohort)
        }
        epoch = try takeEpoch()
        pins.remove(at: pinPosition(of: customer))
    }

    /// The change of one pin that is under way: abort, switch, release, or reverse.
    public mutating func advance(
        pin customer: CustomerHash, _ step: MoveStep
    ) throws(PlacementChangeError) {
        guard pin(of: customer) != nil else { throw .notPinned }
        let position = pinPosition(of: customer)
        var pin = pins[position]
        switch (step, pin.state) {
        case (.abort, .joint(let old, _)):
            pin.state = .stable(old)
            pin.isLeaving = false
        case (.switchOver, .joint(let old, let new)): pin.state = .new(new, previous: old)
        case (.release, .new(let side, _)): pin.state = .stable(side)
        case (.reverse, .new(let side, let previous)): pin.state = .joint(old: side, new: previous)
        default: throw .wrongState(cohort: cohort)
        }
        pin.epoch = try takeEpoch()
        if step == .reverse { pin.move = pin.epoch }
        pins[position] = pin
    }

    /// The change of the whole cohort that `advance(pin:)` makes for one pin.
    public mutating func advance(_ step: MoveStep) throws(PlacementChangeError) {
        switch step {
        case .abort: try abort()
        case .switchOver: try switchOver()
        case .release: try release()
        case .reverse: try reverse()
        }
    }

    private mutating func takeEpoch() throws(PlacementChangeError) -> Epoch {
        guard last.rawValue < .max else { throw .epochsExhausted }
        last = Epoch(last.rawValue + 1)
        version += 1
        return last
    }
}

/// The steps of a move that has begun.
public enum MoveStep: String, Hashable, Sendable, Codable {
    case abort, release, reverse
    /// joint -> new
    case switchOver = "switch"
}
