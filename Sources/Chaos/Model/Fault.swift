import MeshBase
import Topology

/// One fault in force, and when it ends by itself: a lease in the journal of its mesh, whatever it lies on.
package struct Fault: Sendable, Equatable {
    /// Unique in the mesh: `f1`, `f2`, ...
    package var id: String
    /// What it does and to what.
    package var spec: FaultSpec
    /// The lease: nanoseconds since 1970, UTC.
    package var created: Int64
    /// When it ends by itself: nanoseconds since 1970, UTC; later than `created`. `.max`: not before somebody ends it.
    package var expires: Int64
    /// When it began by the time since boot, and of which boot; the lease goes by it where it can.
    package var boot: Int64?
    /// Of the boot that `created` was measured in; nil where unknown.
    package var bootID: String?

    /// A fault as its figures say; nothing is checked.
    package init(id: String, _ spec: FaultSpec, created: Int64 = 0, expires: Int64 = .max) {
        self.id = id
        self.spec = spec
        self.created = created
        self.expires = expires
    }

    /// The same.
    package init(
        id: String, _ action: FaultAction, on targets: [TargetSelector], isOneWay: Bool = false, created: Int64 = 0,
        expires: Int64 = .max
    ) {
        self.init(
            id: id, FaultSpec(action, on: targets, isOneWay: isOneWay), created: created, expires: expires)
    }

    /// A fault whose lease begins now.
    ///
    /// - Parameter lease: nil for one without an end.
    package init(id: String, _ spec: FaultSpec, lease: TimeAmount?, from now: ClockReading) {
        let expires = lease.map { now.wall.addingReportingOverflow($0.nanoseconds).partialValue }
        self.init(id: id, spec, created: now.wall, expires: expires ?? .max)
        if !now.bootID.isEmpty { (boot, bootID) = (now.boot, now.bootID) }
    }

    /// Its word.
    package var kind: FaultKind { spec.kind }
    /// What it does.
    package var action: FaultAction { spec.action }
    /// The first side, then the others.
    package var targets: [TargetSelector] { spec.targets }
    /// Strikes only what the first side sends.
    package var isOneWay: Bool { spec.isOneWay }

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

    /// Whether it lies on services.
    package var isOnServices: Bool { action.layer == .service }
    /// Whether it lies on the wire.
    package var isOnWire: Bool { action.layer == .wire }
    /// Whether processes apply it themselves, by the file that they follow.
    package var isFollowed: Bool {
        switch action {
        case .wire, .service, .cell, .disk(.fill), .clock(.skew): true
        case .process, .disk, .clock: false
        }
    }
}

extension Fault: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, kind, side, others, isOneWay, delay, rate, bandwidth, status, amount, millionths, factor, keepsID
        case created, expires, boot, bootID
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(FaultKind.self, forKey: .kind)
        let side = try container.decode(TargetSelector.self, forKey: .side)
        var figures = FaultFigures()
        figures.delay = try container.decodeIfPresent(Delay.self, forKey: .delay)
        figures.rate = try container.decodeIfPresent(Double.self, forKey: .rate)
        figures.bandwidth = try container.decodeIfPresent(Int.self, forKey: .bandwidth)
        figures.status = try container.decodeIfPresent(UInt16.self, forKey: .status)
        figures.amount = try container.decodeIfPresent(TimeAmount.self, forKey: .amount)
        figures.millionths = try container.decodeIfPresent(Int.self, forKey: .millionths)
        figures.factor = try container.decodeIfPresent(Double.self, forKey: .factor)
        figures.keepsID = try container.decodeIfPresent(Bool.self, forKey: .keepsID)
        guard let action = FaultAction(kind, figures, isOnServices: side.isService) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath, debugDescription: "a figure of '\(kind.rawValue)' is missing"))
        }
        let others = try container.decode([TargetSelector].self, forKey: .others)
        let isOneWay = try container.decode(Bool.self, forKey: .isOneWay)
        self.init(
            id: try container.decode(String.self, forKey: .id),
            FaultSpec(action, on: [side] + others, isOneWay: isOneWay),
            created: try container.decode(Int64.self, forKey: .created),
            expires: try container.decode(Int64.self, forKey: .expires))
        boot = try container.decodeIfPresent(Int64.self, forKey: .boot)
        bootID = try container.decodeIfPresent(String.self, forKey: .bootID)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(kind, forKey: .kind)
        try container.encode(spec.side, forKey: .side)
        try container.encode(Array(spec.others), forKey: .others)
        try container.encode(isOneWay, forKey: .isOneWay)
        let figures = action.figures
        try container.encodeIfPresent(figures.delay, forKey: .delay)
        try container.encodeIfPresent(figures.rate, forKey: .rate)
        try container.encodeIfPresent(figures.bandwidth, forKey: .bandwidth)
        try container.encodeIfPresent(figures.status, forKey: .status)
        try container.encodeIfPresent(figures.amount, forKey: .amount)
        try container.encodeIfPresent(figures.millionths, forKey: .millionths)
        try container.encodeIfPresent(figures.factor, forKey: .factor)
        try container.encodeIfPresent(figures.keepsID, forKey: .keepsID)
        try container.encode(created, forKey: .created)
        try container.encode(expires, forKey: .expires)
        try container.encodeIfPresent(boot, forKey: .boot)
        try container.encodeIfPresent(bootID, forKey: .bootID)
    }
}
