import Membership
import Store
import Telemetry

/// Transitions of members that wait to be written to the journal, in one transaction per turn.
struct MemberChangeLog {
    private var changes: [JournalEvent] = []
    /// What a turn brings beyond this is not written.
    private static let most = 4_096

    /// - Parameter time: nanoseconds since 1970.
    mutating func note(_ change: MemberChange, at time: Int64) {
        guard changes.count < Self.most else { return }
        let attributes: [TelemetryEvent.Attribute] = [
            .init("observer", .string("control")), .init("incarnation", .integer(Int64(change.member.incarnation))),
            .init("source", .string(change.source)),
        ]
        let event = TelemetryEvent(
            time: time, type: "member", action: change.status.name, id: change.member.name, attributes: attributes)
        changes.append(JournalEvent(event))
    }

    mutating func write(to journal: Journal) {
        guard !changes.isEmpty else { return }
        let written = changes
        changes.removeAll(keepingCapacity: true)
        _ = try? journal.write { for change in written { try $0.append(change) } }
    }
}
