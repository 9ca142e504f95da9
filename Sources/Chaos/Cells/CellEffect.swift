import MeshBase

/// What becomes of all that one cell does: every fault on it, made one.
///
/// A zombie is one all the time. Of several that flap the quickest says how; slowness and ballast are the largest; of lies each is
/// drawn for itself.
package struct CellEffect: Sendable, Equatable {
    /// Nothing is answered.
    package private(set) var isZombie = false
    /// It is a zombie for so long, and well for so long; nil where it does not flap.
    package private(set) var turn: TimeAmount?
    /// So many times more slowly, 1 or more.
    package private(set) var slowness = 1.0
    /// The share of what is asked that fails, 0...1.
    package private(set) var lies = 0.0
    /// The share of its declared memory that is held, 0...1.
    package private(set) var ballast = 0.0
    /// Whether the next start sets the store aside, and by which fault.
    package private(set) var amnesia: Amnesia?

    /// A store that is to be set aside.
    package struct Amnesia: Sendable, Equatable {
        /// The fault: each has one store set aside.
        package var fault: String
        /// The new store says that it is the old one.
        package var keepsID: Bool
    }

    /// Nothing is done to it.
    package init() {}

    /// Nothing is done to it.
    package static let none = CellEffect()
    /// Whether what it is asked goes its way as it is; what its next start will do, and what room its work has, is another matter.
    package var isNone: Bool { !isZombie && turn == nil && slowness == 1 && lies == 0 }

    /// Composes one more fault with those in it; see docs/faults.md.
    ///
    /// - Parameter id: of the fault.
    package mutating func add(_ fault: FaultAction.Cell, id: String) {
        switch fault {
        case .zombie: isZombie = true
        case .slow(let factor): slowness = max(slowness, factor)
        case .flap(let turn): self.turn = min(self.turn ?? turn, turn)
        case .lie(let share): lies = 1 - (1 - lies) * (1 - share)
        case .fillMemory(let share): ballast = max(ballast, share)
        case .amnesia(let keepsID): amnesia = Amnesia(fault: id, keepsID: keepsID)
        }
    }

    /// Whether nothing is answered.
    ///
    /// - Parameter age: since it began to flap.
    package func isMute(age: TimeAmount) -> Bool {
        if isZombie { return true }
        guard let turn, turn > .zero else { return false }
        return age.nanoseconds / turn.nanoseconds % 2 == 0
    }
}
