import MeshBase
import Topology

/// What a fault does and to what, whoever has it in force and for how long.
///
/// On the wire the first target is one side and the others are the other, everything outside of the first where there are
/// none. All else lies on each of the targets.
package struct FaultSpec: Sendable, Hashable {
    /// What it does.
    package var action: FaultAction
    /// At least one.
    package var targets: [TargetSelector]
    /// On the wire: strikes only what the first side sends.
    package var isOneWay: Bool

    /// Nothing is checked; see `FaultRequest`.
    package init(_ action: FaultAction, on targets: [TargetSelector], isOneWay: Bool = false) {
        self.action = action
        self.targets = targets
        self.isOneWay = isOneWay
    }

    /// Between two sides.
    package init(_ wire: FaultAction.Wire, _ from: TargetSelector, _ to: TargetSelector, isOneWay: Bool = false) {
        self.init(.wire(wire), on: [from, to], isOneWay: isOneWay)
    }

    /// On one service.
    package init(_ service: FaultAction.Service, _ target: TargetSelector) {
        self.init(.service(service), on: [target])
    }

    /// Its word.
    package var kind: FaultKind { action.kind }
    /// The first side.
    package var side: TargetSelector { targets[0] }
    /// The other sides; none: everything outside of the first.
    package var others: ArraySlice<TargetSelector> { targets.dropFirst() }
}
