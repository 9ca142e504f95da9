import Membership
import Store
import Telemetry

/// Transitions of members that wait to be written to the journal, in one transaction per turn.
///
/// What cannot be written is counted, and the journal says how many are missing as soon as it takes anything again.
struct MemberChangeLog {
    private var changes: [JournalEvent] = []
    /// Changes that the journal lacks, since the start.
    private(set) var unrecorded: UInt64 = 0
    /// Of these, those that the journal does not know of yet.
    private var untold: UInt64 = 0
    /// When the journal is told of them where no change comes along; nanoseconds since 1970.
    private var tellAt: Int64 = 0

    /// What a turn brings beyond this is not written.
    static let most = 4_096
    private static let interval: Int64 = 1_000_000_000

    /// - Parameter time: nanoseconds since 1970.
    mutating func note(_ change: MemberChange, at time: Int64) {
        guard changes.count < Self.most else { return miss(1) }
        let attributes: [TelemetryEvent.Attribute] = [
            .init("observer", .string("control")), .init("incarnation", .integer(Int64(change.member.incarnation))),
            .init("source", .string(change.source)),
        ]
        let event = TelemetryEvent(
            time: time, type: "member", action: change.status.name, id: change.member.name, attributes: attributes)
        changes.append(JournalEvent(event))
    }

    /// Once per turn.
    /// - Parameter time: nanoseconds since 1970.
    mutating func write(to journal: Journal, at time: Int64) {
        guard !changes.isEmpty || untold > 0 && !(tellAt - Self.interval..<tellAt).contains(time) else { return }
        let written = changes
        let told = untold
        changes.removeAll(keepingCapacity: true)
        do {
            try journal.write { transaction in
                for change in written { try transaction.append(change) }
                if told > 0 { try transaction.append(Self.gap(of: told, at: time)) }
            }
            untold = 0
        } catch {
            tellAt = time &+ Self.interval
            miss(written.count)
        }
    }

    private mutating func miss(_ count: Int) {
        unrecorded += UInt64(count)
        untold += UInt64(count)
    }

    private static func gap(of count: UInt64, at time: Int64) -> JournalEvent {
        let detail = count == 1 ? "1 change was not recorded" : "\(count) changes were not recorded"
        return JournalEvent(
            TelemetryEvent(
                time: time, type: "mesh", action: "members-unrecorded", id: "control",
                attributes: [.init("count", .integer(Int64(clamping: count))), .init("detail", .string(detail))]))
    }
}
