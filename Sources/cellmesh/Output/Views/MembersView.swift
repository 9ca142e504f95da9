import Reports
import Telemetry

/// `members`: one node's view.
enum MembersView {
    static func make(_ view: MembersReport) -> Report {
        let members = view.members
        return Report(view, names: members.map { "\($0.role)/\($0.name)" }) { style in
            var table = style.table([
                .init("NAME"), .init("ROLE"), .init("REGION"), .init("STATUS"), .init("FOR", .right),
                .init("STATE", wide: true), .init("LOAD", .right, wide: true),
                .init("INCARNATION", .right, wide: true), .init("ADDRESS", wide: true),
            ])
            for member in members {
                let status = status(of: member)
                table.add([
                    .init(member.name), .init(member.role), .init(member.region),
                    .init(status, Wording.style(ofState: status)),
                    .init(Wording.time(milliseconds: Double(member.sinceMilliseconds))), .init(member.state ?? "-"),
                    .init(member.load.map { "\(Int($0 * 100)) %" } ?? "-"), .init(member.incarnation),
                    .init(member.address),
                ])
            }
            var agreement = ""
            if let agree = view.agree, let of = view.of { agreement = "; \(agree) of \(of) nodes agree" }
            let alive = members.count { $0.status == "alive" }
            return "as \(view.observer) sees it: \(alive) of \(members.count) alive\(agreement)\n\n"
                + table.render() + conflicts(view)
        }
    }

    /// Whether an unsteady one is suspected just now says less than that it is unsteady.
    private static func status(of member: MembersReport.Row) -> String {
        member.standing == "unsteady" && (member.status == "alive" || member.status == "suspect")
            ? "unsteady" : member.status
    }

    /// Names that two processes bear.
    private static func conflicts(_ view: MembersReport) -> String {
        let lines = view.members.compactMap { member -> String? in
            guard let other = view.namesakes?[member.name] else { return nil }
            return "\(member.name) is two processes: the member gossips at \(member.address), another one at "
                + "\(other); stop one of them\n"
        }
        return lines.isEmpty ? "" : "\n" + lines.joined()
    }
}
