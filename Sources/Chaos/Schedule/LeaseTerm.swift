import MeshBase

/// The clocks of a machine at one moment: the wall clock, which may be set, and the time since boot, which may not.
package struct ClockReading: Sendable, Equatable {
    /// Nanoseconds since 1970, UTC.
    package var wall: Int64
    /// Nanoseconds since this boot, sleep included.
    package var boot: Int64
    /// Tells one boot from another; empty where unknown, and then the wall clock alone counts.
    package var bootID: String

    /// A reading; without the time since boot the wall clock alone counts.
    package init(wall: Int64, boot: Int64 = 0, bootID: String = "") {
        self.wall = wall
        self.boot = boot
        self.bootID = bootID
    }

    /// The wall clock alone.
    package static func wall(_ wall: Int64) -> ClockReading { ClockReading(wall: wall) }
}

/// For how long something was asked, and when that began. What is left of it is measured by the time since boot, also
/// from another process; after a reboot by the wall clock. It is never more than what was asked.
package struct LeaseTerm: Sendable, Codable, Equatable {
    /// Nanoseconds; `.max`: until someone ends it.
    package var asked: Int64
    /// When it began, nanoseconds since 1970, UTC.
    package var wall: Int64
    /// When it began, nanoseconds since boot.
    package var boot: Int64
    /// The boot in which it began.
    package var bootID: String

    /// A term that begins now.
    /// - Parameter asked: nil for one without an end; negative counts as zero.
    package init(asked: TimeAmount?, from clock: ClockReading) {
        self.asked = asked.map { max($0.nanoseconds, 0) } ?? .max
        wall = clock.wall
        boot = clock.boot
        bootID = clock.bootID
    }

    /// What is left, 0 to what was asked; nil where it has no end.
    package func remaining(at now: ClockReading) -> TimeAmount? {
        guard asked != .max else { return nil }
        let isSameBoot = !bootID.isEmpty && bootID == now.bootID
        let passed = (isSameBoot ? now.boot : now.wall).subtractingReportingOverflow(isSameBoot ? boot : wall)
        // A clock that was set back beyond the beginning says nothing of how much has passed.
        let elapsed = passed.overflow ? 0 : min(max(passed.partialValue, 0), asked)
        return .nanoseconds(asked - elapsed)
    }
}
