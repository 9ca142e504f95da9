import Reports

/// How far several observers' views of the membership are the same.
package enum Agreement {
    /// Whether two views say the same of every member.
    ///
    /// Compared are names and statuses, not incarnations, which travel in their own time. A member that one of them does
    /// not know counts as gone there: observers forget the dead and the departed at different times, and newcomers never
    /// hear of them. One that is unsteady is suspected and refutes again and again, which is no difference.
    package static func agree(_ a: MembersReport, _ b: MembersReport) -> Bool { live(a) == live(b) && dead(a, b) }

    /// Of `views`, how many agree with `view`.
    package static func count(_ view: MembersReport, among views: [MembersReport]) -> Int {
        views.count { agree(view, $0) }
    }

    private static func live(_ view: MembersReport) -> [String: String] {
        var live: [String: String] = [:]
        for member in view.members where !isGone(member.status) {
            live[member.name] = member.standing == "unsteady" ? "alive" : member.status
        }
        return live
    }

    /// Whoever is gone in both views is gone in the same way.
    private static func dead(_ a: MembersReport, _ b: MembersReport) -> Bool {
        var gone: [String: String] = [:]
        for member in a.members where isGone(member.status) { gone[member.name] = member.status }
        return b.members.allSatisfy { !isGone($0.status) || gone[$0.name] == nil || gone[$0.name] == $0.status }
    }

    private static func isGone(_ status: String) -> Bool { status == "dead" || status == "left" }
}
