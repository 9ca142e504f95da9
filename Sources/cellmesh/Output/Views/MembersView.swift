import Telemetry

/// `members`: one node's view.
enum MembersView {
    static func make(_ answer: JSONValue) -> Report {
        let view = answer.ordered(["schema", "observer", "agree", "of", "namesakes", "members"])
            .ordering(
                "members",
                [
                    "name", "role", "region", "zone", "status", "standing", "state", "load", "incarnation", "address",
                    "since_ms",
                ])
        let members = view["members"].elements
        let names = members.map { "\($0["role"].text ?? "node")/\($0["name"].text ?? "")" }
        return Report(view, names: names) { style in
            var table = style.table([
                .init("NAME"), .init("ROLE"), .init("REGION"), .init("STATUS"), .init("FOR", .right),
                .init("STATE", wide: true), .init("LOAD", .right, wide: true),
                .init("INCARNATION", .right, wide: true), .init("ADDRESS", wide: true),
            ])
            for member in members {
                let status = status(of: member)
                table.add([
                    .init(member["name"].text ?? ""), .init(member["role"].text ?? ""),
                    .init(member["region"].text ?? ""), .init(status, Wording.style(ofState: status)),
                    .init(member["since_ms"].double.map { Wording.time(milliseconds: $0) } ?? "-"),
                    .init(member["state"].text ?? "-"),
                    .init(member["load"].double.map { "\(Int($0 * 100)) %" } ?? "-"),
                    .init(StatusView.number(member["incarnation"])), .init(member["address"].text ?? "-"),
                ])
            }
            var agreement = ""
            if let agree = view["agree"].int, let of = view["of"].int { agreement = "; \(agree) of \(of) nodes agree" }
            let alive = members.count { $0["status"].text == "alive" }
            return "as \(view["observer"].text ?? "?") sees it: \(alive) of \(members.count) alive\(agreement)\n\n"
                + table.render() + conflicts(view)
        }
    }

    /// Whether an unsteady one is suspected just now says less than that it is unsteady.
    private static func status(of member: JSONValue) -> String {
        let status = member["status"].text ?? "unknown"
        return member["standing"].text == "unsteady" && (status == "alive" || status == "suspect")
            ? "unsteady" : status
    }

    /// Names that two processes bear.
    private static func conflicts(_ view: JSONValue) -> String {
        let lines = view["members"].elements.compactMap { member -> String? in
            guard let name = member["name"].text, let other = view["namesakes"][name].text else { return nil }
            return "\(name) is two processes: the member gossips at \(member["address"].text ?? "-"), another one at "
                + "\(other); stop one of them\n"
        }
        return lines.isEmpty ? "" : "\n" + lines.joined()
    }
}
