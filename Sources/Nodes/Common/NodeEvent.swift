import Membership
import MeshBase
import Reports
import Resilience

/// Something worth a line in a node's event log.
package enum NodeEvent: Sendable, Equatable {
    /// This node's view of another member changed.
    case member(MemberChange)
    /// How far this node relies on another member changed; its status may be the same.
    case standing(Member)
    case linkUp(CellIndex)
    case linkDown(CellIndex)
    /// Its link is up and it does not answer this router in time: it is passed over.
    case cellDemoted(CellIndex)
    /// A demoted cell answered in time.
    case cellReturned(CellIndex)
    /// This router calls a cell a zombie or another animal, or no longer, and why.
    case conduct(CellIndex, CellAnimal, isNamed: Bool, why: String)
    /// The cell ends itself at once, as a crash would.
    case poisoned(customer: String)
    /// The cell found itself better or worse.
    case health(HealthNews)
    /// Something happened to the cell's store.
    case store(StoreEvent)
    /// The node has learnt of a newer placement, of this version in all.
    case placement(version: UInt64)
    /// A pool of the cell, named by its service, or its `records` began or ceased to shed a class.
    case shedding(place: String, Priority, hasBegun: Bool)
    /// Something changed at a gate, by its name NODE/FROM/TO.
    case gate(name: String, GateEvent)
    /// The limit of an attempt at a gate has moved by more than a fifth.
    case timeoutAdapted(gate: String, AdaptiveTimeout.Change)
    /// A cell does worse than those like it and is the last choice for a while, or is back; the scope is NODE/SERVICE.
    case ejection(scope: String, cell: String, OutlierEjection.Change)
    /// More than a tenth of the calls of a scope are retried, or no longer.
    case retries(scope: String, isAlert: Bool)
    /// A value breaker lets a flow of requests through, or no more: of which account of a service, and why.
    case worth(scope: String, key: String, ValueState, why: String)
    /// Something happened to the program that is this service of the cell.
    case program(service: String, ProgramEvent)
    /// A feature of a cell is on or off for a service from now on.
    case flag(cell: String, FlagBoard.Change)
    /// The larger sizes of a peak are being taken, are there, or have been left.
    case peak(cell: String, name: String, PeakRamp.Event)
    /// A cell misses its objectives from now on, or meets them again.
    case objectives(cell: String, isViolated: Bool, ObjectiveVerdict)
    /// A service of a cell answers in another of its ways.
    case ladder(cell: String, service: String, mode: String, why: String)
    /// Services of a cell fall one after the other, or answer again.
    case cascade(cell: String, CascadeNews)
    /// The level of degradation of a cell is another.
    case degradation(cell: String, DegradationState.Change)
}
