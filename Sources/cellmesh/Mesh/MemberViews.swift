/// Where the nodes' views of the mesh differ.
enum MemberViews {
    struct View {
        var observer: String
        /// In the order of the view.
        var statuses: [(name: String, status: String)]
    }

    static func differences(_ api: APIClient) throws -> Report {
        let nodes = try api.get("/v1/processes")["processes"].elements.filter { !$0["pid"].isNull }
            .compactMap { $0["name"].text }
        let answers = api.getAll(nodes.map { "/v1/members?from=\(APIClient.encoded($0))" })
        let views = zip(nodes, answers).compactMap { node, answer in
            answer.map { answer in
                View(
                    observer: node,
                    statuses: answer["members"].elements.compactMap { member in
                        guard let name = member["name"].text, let status = member["status"].text else { return nil }
                        return (name, status)
                    })
            }
        }
        return report(views, silent: zip(nodes, answers).filter { $0.1 == nil }.map(\.0))
    }

    static func report(_ views: [View], silent: [String]) -> Report {
        var names: [String] = []
        for view in views {
            for member in view.statuses where !names.contains(member.name) { names.append(member.name) }
        }
        let differing = names.sorted().compactMap { name -> (name: String, seen: [(status: String, by: [String])])? in
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
        let document = JSONValue.document([
            ("observers", .integer(views.count)), ("silent", .strings(silent)),
            (
                "differences",
                .array(
                    differing.map { member in
                        .object([
                            ("name", .string(member.name)),
                            (
                                "views",
                                .array(
                                    member.seen.map {
                                        .object([("status", .string($0.status)), ("observers", .strings($0.by))])
                                    })
                            ),
                        ])
                    })
            ),
        ])
        return Report(document, names: differing.map { "member/\($0.name)" }) { style in
            var text = ""
            if differing.isEmpty {
                text = "all \(views.count) nodes see the same\n"
            } else {
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
                text = table.render()
            }
            return text + (silent.isEmpty ? "" : "no answer from: \(silent.joined(separator: ", "))\n")
        }
    }
}
