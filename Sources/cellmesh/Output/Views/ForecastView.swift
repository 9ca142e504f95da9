import Telemetry

/// What an evacuation or a restore would do: plan, stages, and the predicted load of each cell.
enum ForecastView {
    private static let keys = [
        "schema", "kind", "region", "cells", "outcome", "reason", "refusals", "notes", "customers_moved", "phases",
        "stages",
        "load",
    ]

    static func make(_ answer: JSONValue) -> Report {
        var document = answer.ordered(keys)
            .ordering("phases", ["name", "kind", "strategy", "services", "does", "before", "after", "verification"])
            .ordering("stages", ["percent", "cohorts"]).ordering("refusals", ["code", "reason", "figure", "next"])
            .ordering("notes", ["code", "text"])
        if !document["load"].isNull {
            document = document.with(
                "load",
                document["load"].ordered(["factor", "before", "after", "limit", "shed", "cells"])
                    .ordering("cells", ["cell", "factor", "before", "after"]))
        }
        return Report(document, names: EvacuationView.names(document)) { style in
            [
                sentence(document) + "\n", phases(document, style), stages(document, style), load(document, style),
                refusals(document, style) + notes(document),
            ].filter { !$0.isEmpty }.joined(separator: "\n")
        }
    }

    /// `prediction: evacuate us-east moves 667 of the customers, load on the others x 1.50 (30.0 % to 45.0 %)`
    static func sentence(_ document: JSONValue) -> String {
        var text = "prediction: \(document["kind"].text ?? "evacuate") \(EvacuationView.subject(document))"
        if document["outcome"].text == "refused" { text += " would be refused;" }
        if let moved = document["customers_moved"].int { text += " moves \(Wording.plural(moved, "customer"))" }
        text += " in \(Wording.plural(document["stages"].elements.count, "stage"))"
        let load = document["load"]
        if let factor = load["factor"].double {
            text += ", load of the cells that take over x \(Wording.fixed(factor, 2))"
            if let before = load["before"].double, let after = load["after"].double {
                text += " (\(Wording.load(before)) to \(Wording.load(after)))"
            }
            if let shed = load["shed"].double, shed > 0 { text += ", \(Wording.percent(shed)) to be shed" }
        }
        return text
    }

    private static func phases(_ document: JSONValue, _ style: TableStyle) -> String {
        var table = style.table([
            .init("PHASE"), .init("STRATEGY"), .init("SERVICES"), .init("WHAT IS DONE"), .init("CHECKS", wide: true),
        ])
        for phase in document["phases"].elements {
            let checks = ["before", "after", "verification"].flatMap { phase[$0].elements.compactMap(\.text) }
            table.add([
                .init(phase["name"].text ?? ""), .init(phase["strategy"].text ?? ""),
                .init(phase["services"].elements.compactMap(\.text).joined(separator: ", ")),
                .init(phase["does"].text ?? ""), .init(unique(checks).joined(separator: ", ")),
            ])
        }
        return table.count > 0 ? table.render() : ""
    }

    private static func unique(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return words.filter { seen.insert($0).inserted }
    }

    private static func stages(_ document: JSONValue, _ style: TableStyle) -> String {
        let stages = document["stages"].elements
        guard !stages.isEmpty else { return "" }
        let text = stages.map {
            "\(EvacuationView.number($0["percent"])) % (\(Wording.plural($0["cohorts"].int ?? 0, "cohort")))"
        }
        return "stages: \(text.joined(separator: ", "))\n"
    }

    private static func load(_ document: JSONValue, _ style: TableStyle) -> String {
        let load = document["load"]
        guard !load.isNull else { return "" }
        var table = style.table([
            .init("CELL"), .init("LOAD", .right), .init("USE NOW", .right), .init("PREDICTED", .right),
        ])
        let limit = load["limit"].double ?? 1
        func share(_ value: JSONValue) -> String { value.double.map { Wording.load($0) } ?? "-" }
        for cell in load["cells"].elements {
            let after = cell["after"].double ?? 0
            table.add([
                .init(cell["cell"].text ?? ""),
                .init(cell["factor"].double.map { "x \(Wording.fixed($0, 2))" } ?? "-"),
                .init(share(cell["before"])),
                .init(share(cell["after"]), after > 1 ? .red : after > limit ? .yellow : .plain),
            ])
        }
        return table.render() + "at most \(Wording.percent(limit)) of the capacity may be in use\n"
    }

    /// One line each, with what to do next.
    static func refusals(_ document: JSONValue, _ style: TableStyle) -> String {
        document["refusals"].elements.map { refusal in
            style.painted("refused", .red) + " (\(refusal["code"].text ?? "?")): \(refusal["reason"].text ?? "")"
                + (refusal["next"].text.map { ": \($0)" } ?? "") + "\n"
        }.joined()
    }

    static func notes(_ document: JSONValue) -> String {
        document["notes"].elements.map { "note (\($0["code"].text ?? "?")): \($0["text"].text ?? "")\n" }.joined()
    }
}
