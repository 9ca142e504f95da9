import MeshBase
import Topology

/// One fault, on the wire or on services, and when it ends by itself.
package struct Fault: Sendable, Codable, Equatable {
    /// Unique in the mesh: `f1`, `f2`, ...
    package var id: String
    /// What it does.
    package var kind: FaultKind
    /// One side, or a service.
    package var side: TargetSelector
    /// The other sides, each against the first; none: everything outside of it. Beside a service: further ones.
    package var others: [TargetSelector]
    /// Strikes only what the first side sends.
    package var isOneWay: Bool
    /// Of `latency`.
    package var delay: Delay?
    /// Of `loss`, `duplicate`, `reset` and `errors`, 0...1.
    package var rate: Double?
    /// Of `bandwidth`, in bytes a second, at least 1.
    package var bandwidth: Int?
    /// Of `errors`: the status of HTTP that is answered, 400...599.
    package var status: UInt16?
    /// The lease: nanoseconds since 1970, UTC.
    package var created: Int64
    /// When it ends by itself: nanoseconds since 1970, UTC; later than `created`.
    package var expires: Int64
    /// When it began by the time since boot, and of which boot; the lease goes by it where it can.
    package var boot: Int64?
    /// Of the boot that `created` was measured in; nil where unknown.
    package var bootID: String?

    /// A fault as its figures say; which of them a kind needs is checked by `FaultRequest`, not here.
    package init(
        id: String, kind: FaultKind, side: TargetSelector, others: [TargetSelector] = [], isOneWay: Bool = false,
        delay: Delay? = nil, rate: Double? = nil, bandwidth: Int? = nil, status: UInt16? = nil,
        created: Int64 = 0, expires: Int64 = .max
    ) {
        self.id = id
        self.kind = kind
        self.side = side
        self.others = others
        self.isOneWay = isOneWay
        self.delay = delay
        self.rate = rate
        self.bandwidth = bandwidth
        self.status = status
        self.created = created
        self.expires = expires
    }

    /// From when it goes for how long.
    package var term: LeaseTerm {
        let asked =
            expires == .max ? nil : TimeAmount.nanoseconds(expires.subtractingReportingOverflow(created).partialValue)
        return LeaseTerm(asked: asked, from: ClockReading(wall: created, boot: boot ?? 0, bootID: bootID ?? ""))
    }

    /// What is left of the lease; nil where it has no end.
    package func remaining(at clock: ClockReading) -> TimeAmount? { term.remaining(at: clock) }

    /// Whether the lease goes on.
    package func isActive(at clock: ClockReading) -> Bool { remaining(at: clock) != .zero }

    /// Whether it lies on services and not on the wire.
    package var isOnServices: Bool { side.isService }

    /// The first side, then the others.
    package var targets: [TargetSelector] { [side] + others }
}
