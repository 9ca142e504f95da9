import Telemetry

/// `status`: the mesh, its cells, routers and control plane.
enum StatusView {
    static func make(_ answer: JSONValue) -> Report {
        let document = answer.ordered([
            "schema", "mesh", "seed", "epoch", "state", "cells", "routers", "control", "faults", "evacuated",
            "evacuation", "tombstones",
        ])
        .ordering(
            "cells",
            [
                "name", "region", "zone", "pid", "state", "address", "customers", "takes_customers", "reached_by",
                "hints",
                "oldest_hint_ms", "reason",
            ]
        )
        .ordering("routers", ["name", "pid", "state", "address", "reaches", "reason"])
        let names =
            document["cells"].elements.compactMap { $0["name"].text.map { "cell/\($0)" } }
            + document["routers"].elements.compactMap { $0["name"].text.map { "router/\($0)" } }
        return Report(document, names: names) { style in
            let faults = document["faults"].elements
            return [headline(document, style), cells(document, style), others(document, style)].joined(separator: "\n")
                + kept(document) + reasons(document)
                + (faults.isEmpty ? "" : "\n" + FaultsView.table(faults, style))
        }
    }

    private static func headline(_ document: JSONValue, _ style: TableStyle) -> String {
        let state = document["state"].text ?? "unknown"
        let count = MeshStatus(document).count
        return "mesh \(document["mesh"].text ?? "?") is \(style.painted(state, Wording.style(ofState: state))): "
            + "\(count.serving) of \(Wording.plural(count.taking, "cell")) serving\(count.others), "
            + "seed \(number(document["seed"])), epoch \(number(document["epoch"]))\n" + moves(document)
    }

    /// Which regions no customer uses, and what is under way.
    private static func moves(_ document: JSONValue) -> String {
        var text = ""
        let regions = document["evacuated"].elements.compactMap(\.text)
        if !regions.isEmpty {
            text += "evacuated: \(regions.map { "region/\($0)" }.joined(separator: ", "))\n"
        }
        if !document["evacuation"].isNull { text += EvacuationView.line(document["evacuation"]) + "\n" }
        return text
    }

    private static func cells(_ document: JSONValue, _ style: TableStyle) -> String {
        var table = style.table([
            .init("CELL"), .init("REGION"), .init("ZONE"), .init("STATE"), .init("CUSTOMERS", .right), .init("ADDRESS"),
            .init("PID", .right, wide: true),
        ])
        for cell in document["cells"].elements {
            let state = cell["state"].text ?? "unknown"
            table.add([
                .init(cell["name"].text ?? ""), .init(cell["region"].text ?? ""), .init(cell["zone"].text ?? ""),
                .init(state, Wording.style(ofState: state)),
                .init(cell["customers"].int.map { Wording.count($0) } ?? "-"), .init(cell["address"].text ?? "-"),
                .init(number(cell["pid"])),
            ])
        }
        return table.render()
    }

    private static func others(_ document: JSONValue, _ style: TableStyle) -> String {
        var table = style.table([
            .init("PROCESS"), .init("STATE"), .init("REACHES", .right), .init("ADDRESS"),
            .init("PID", .right, wide: true),
        ])
        for router in document["routers"].elements {
            table.add([
                .init("router/\(router["name"].text ?? "")"),
                .init(router["state"].text ?? "-", Wording.style(ofState: router["state"].text ?? "")),
                .init(router["reaches"].int.map { "\($0) cells" } ?? "-"), .init(router["address"].text ?? "-"),
                .init(number(router["pid"])),
            ])
        }
        let control = document["control"]
        table.add([
            control["pid"].isNull ? .init("control", .red) : .init("control"),
            control["pid"].isNull ? .init("down", .red) : .init("serving", .green), .init("-"),
            .init(control["address"].text ?? "not running"), .init(number(control["pid"])),
        ])
        return table.render()
    }

    /// What stores keep until every member has it: hints and tombstones, a line each where there are any.
    private static func kept(_ document: JSONValue) -> String {
        var text = ""
        let hints = document["cells"].elements.compactMap { cell -> (name: String, count: Int, oldest: Double)? in
            guard let count = cell["hints"].int, count > 0 else { return nil }
            return (cell["name"].text ?? "?", count, Double(cell["oldest_hint_ms"].int ?? 0))
        }
        if let oldest = hints.max(by: { $0.oldest < $1.oldest }) {
            text +=
                "hints: \(Wording.plural(hints.reduce(0) { $0 + $1.count }, "record")) at "
                + "\(Wording.plural(hints.count, "cell")) that some member may lack, the oldest for "
                + "\(Wording.time(milliseconds: oldest.oldest)) (cell/\(oldest.name))\n"
        }
        let (swept, waiting) = (document["tombstones"]["swept"].int ?? 0, document["tombstones"]["waiting"].int ?? 0)
        if swept > 0 || waiting > 0 {
            text +=
                "tombstones: \(Wording.count(swept)) collected, \(Wording.count(waiting)) wait until every member has them\n"
        }
        return text.isEmpty ? "" : "\n" + text
    }

    /// Why processes did not start, one line each.
    private static func reasons(_ document: JSONValue) -> String {
        let failed = [("cell", "cells"), ("router", "routers")].flatMap { role, key in
            document[key].elements.compactMap { process in
                process["reason"].text.map { "\(role)/\(process["name"].text ?? "?") did not start: \($0)\n" }
            }
        }
        return failed.isEmpty ? "" : "\n" + failed.joined()
    }

    static func number(_ value: JSONValue) -> String {
        if case .number(let digits) = value { digits } else { value.text ?? "-" }
    }
}
