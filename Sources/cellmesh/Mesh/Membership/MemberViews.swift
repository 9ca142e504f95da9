import ControlPlane
import MeshBase
import Reports
import Telemetry
import UVDriver

/// Where the nodes' views of the mesh differ.
enum MemberViews {
    struct View {
        var observer: String
        /// In the order of the view.
        var statuses: [(name: String, status: String)]
    }

    /// The report, and the nodes that did not answer.
    static func differences(_ api: APIClient) throws -> (report: Report, silent: [String]) {
        let processes = try api.get("/v1/processes", as: ProcessesReport.self).processes
        // Each is asked itself, and once: the control plane would ask them all for each of them.
        let nodes = processes.compactMap { process -> (name: String, admin: Endpoint)? in
            guard process.role != NodeRole.control.name else { return nil }
            return process.admin.flatMap { Endpoint($0) }.map { (process.name, $0) }
        }
        let requests = nodes.map { HTTPOutgoing(.get, $0.admin, "/v1/members") }
        var answers: [(node: String, answer: MembersReport?)] = [
            ("control", try? api.get("/v1/members", as: MembersReport.self))
        ]
        var next = 0
        while next < requests.count {
            let end = min(requests.count, next + atOnce)
            let found = BlockingHTTPClient.send(Array(requests[next..<end]), timeout: APIClient.patience)
            for (node, result) in zip(nodes[next..<end], found) {
                let answer = (try? result.get()).flatMap {
                    $0.isSuccess ? ReportJSON.decode(MembersReport.self, $0.body) : nil
                }
                answers.append((node.name, answer))
            }
            next = end
        }
        let views = answers.compactMap { node, answer in
            answer.map { answer in
                View(
                    observer: node,
                    statuses: answer.members.map { ($0.name, $0.status) })
            }
        }
        let silent = answers.filter { $0.answer == nil }.map(\.node)
        return (report(views, silent: silent), silent)
    }

    /// Members that are asked at a time.
    private static let atOnce = 32

    /// Views that are shown in columns of their own; where there are more, each member is told by itself.
    private static let mostColumns = 6

    /// The observers, those that agree on every one of the members together; the largest group first.
    static func sides(_ views: [View], of names: [String]) -> [[String]] {
        var found: [(view: [String], observers: [String])] = []
        for view in views {
            let seen = names.map { name in view.statuses.first { $0.name == name }?.status ?? "unknown" }
            if let place = found.firstIndex(where: { $0.view == seen }) {
                found[place].observers.append(view.observer)
            } else {
                found.append((seen, [view.observer]))
            }
        }
        // The sort is stable only by what it compares.
        return found.enumerated().sorted {
            ($1.element.observers.count, $0.offset) < ($0.element.observers.count, $1.offset)
        }
        .map(\.element.observers)
    }

    private static func sideBySide(
        _ sides: [[String]], _ differing: [(name: String, seen: [(status: String, by: [String])])], _ style: TableStyle
    ) -> String {
        func letter(_ number: Int) -> String { String(UnicodeScalar(UInt8(65 + number))) }
        var text = "\(sides.count) different views\n"
        for (number, observers) in sides.enumerated() {
            text += "  \(letter(number))  \(Wording.plural(observers.count, "node")): "
            text += observers.joined(separator: ", ") + "\n"
        }
        var table = style.table([.init("MEMBER")] + sides.indices.map { .init("SEEN BY \(letter($0))") })
        for member in differing {
            table.add(
                [.init(member.name)]
                    + sides.map { side in
                        let status = member.seen.first { $0.by.contains(side[0]) }?.status ?? "unknown"
                        return .init(status, Wording.style(ofState: status))
                    })
        }
        return text + "\n" + table.render()
    }

    static func report(_ views: [View], silent: [String]) -> Report {
        var names: [String] = []
        for view in views {
            for member in view.statuses where !names.contains(member.name) { names.append(member.name) }
        }
        let differing = names.sortedNaturally().compactMap {
            name -> (name: String, seen: [(status: String, by: [String])])? in
            var seen: [(status: String, by: [String])] = []
            for view in views {
                let status = view.statuses.first { $0.name == name }?.status ?? "unknown"
                if let known = seen.firstIndex(where: { $0.status == status }) {
                    seen[known].by.append(view.observer)
                } else {
                    seen.append((status, [view.observer]))
                }
            }
            return seen.count > 1 ? (name, seen) : nil
        }
        let sides = sides(views, of: differing.map(\.name))
        let document = ViewsReport(
            observers: views.count, of: views.count + silent.count, silent: silent, sides: sides,
            differences: differing.map { member in
                ViewsReport.Difference(
                    name: member.name,
                    views: member.seen.map { ViewsReport.Sight(status: $0.status, observers: $0.by) })
            })
        return Report(document, names: differing.map { "member/\($0.name)" }) { style in
            var text = ""
            if differing.isEmpty {
                text =
                    silent.isEmpty
                    ? "all \(views.count) nodes see the same\n"
                    : "the \(views.count) of \(views.count + silent.count) nodes that answered see the same\n"
            } else if sides.count <= mostColumns {
                text = sideBySide(sides, differing, style)
            } else {
                text = "\(sides.count) different views of \(views.count) nodes\n\n"
                var table = style.table([.init("MEMBER"), .init("STATUS"), .init("SEEN BY")])
                for member in differing {
                    for (position, seen) in member.seen.enumerated() {
                        table.add([
                            .init(position == 0 ? member.name : ""),
                            .init(seen.status, Wording.style(ofState: seen.status)),
                            .init(
                                seen.by.prefix(6).joined(separator: ", ")
                                    + (seen.by.count > 6 ? " and \(seen.by.count - 6) more" : "")),
                        ])
                    }
                }
                text += table.render()
            }
            return text + (silent.isEmpty ? "" : "no answer from: \(silent.joined(separator: ", "))\n")
        }
    }
}
