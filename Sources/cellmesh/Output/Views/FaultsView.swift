import Chaos
import Telemetry

/// Faults on the wire and on services.
enum FaultsView {
    private static let keys = [
        "id", "kind", "targets", "one_way", "delay_ms", "jitter_ms", "distribution", "rate", "bandwidth", "status",
        "created",
        "expires", "remaining_ms",
    ]

    /// `fault add`: one fault, its members beside the schema.
    static func added(_ answer: JSONValue) -> Report {
        let fault = answer["faults"].elements.first ?? .empty
        let members = fault.ordered(keys).members.map { ($0.key, $0.value) }
        let document = JSONValue.document(members + reach(answer))
        return Report(document, names: names([fault])) { style in
            table([fault], style) + "\(fault["id"].text ?? "it") heals by itself \(ends(fault))\n"
        }
    }

    static func list(_ answer: JSONValue) -> Report {
        let faults = answer["faults"].elements.map { $0.ordered(keys) }
        return Report(.document([("faults", .array(faults))]), names: names(faults)) { style in
            faults.isEmpty ? "no faults\n" : table(faults, style)
        }
    }

    static func removed(_ answer: JSONValue) -> Report {
        let faults = answer["faults"].elements.map { $0.ordered(keys) }
        return Report(.document([("faults", .array(faults))] + reach(answer)), names: names(faults)) { _ in
            faults.isEmpty
                ? "no faults\n"
                : "healed: \(faults.map { "\($0["id"].text ?? "") (\(what($0)))" }.joined(separator: ", "))\n"
        }
    }

    /// Says so where a process could not be reached.
    static func warn(_ answer: JSONValue, _ console: Console) {
        guard let applied = answer["applied"].int, let of = answer["of"].int, applied < of else { return }
        console.message("\(applied) of \(of) processes have answered; the others follow within a second of running")
    }

    private static func reach(_ answer: JSONValue) -> [(String, JSONValue)] {
        [("applied", answer["applied"]), ("of", answer["of"])]
    }

    private static func names(_ faults: [JSONValue]) -> [String] {
        faults.compactMap { $0["id"].text.map { "fault/\($0)" } }
    }

    static func table(_ faults: [JSONValue], _ style: TableStyle) -> String {
        var table = style.table([
            .init("FAULT"), .init("WHAT"), .init("WHERE"), .init("HEALS"), .init("EXPIRES", wide: true),
        ])
        for fault in faults {
            table.add([
                .init(fault["id"].text ?? ""), .init(what(fault), .yellow), .init(between(fault)), .init(ends(fault)),
                .init(fault["expires"].text ?? ""),
            ])
        }
        return table.render()
    }

    /// `latency 30 ms ± 3 ms`.
    private static func what(_ fault: JSONValue) -> String {
        var text = fault["kind"].text ?? "fault"
        if let delay = fault["delay_ms"].double { text += " \(Wording.time(milliseconds: delay))" }
        if let jitter = fault["jitter_ms"].double {
            text += " ± \(Wording.time(milliseconds: jitter))"
            if let shape = fault["distribution"].text, shape != "uniform" { text += " \(shape)" }
        }
        if let rate = fault["rate"].double { text += " \(Wording.percent(rate))" }
        if let status = fault["status"].int { text += " with \(status)" }
        if let bandwidth = fault["bandwidth"].int { text += " \(Wording.bytes(bandwidth))/s" }
        return text
    }

    private static func between(_ fault: JSONValue) -> String {
        let targets = fault["targets"].elements.compactMap(\.text)
        if let first = targets.first, case .service? = FaultTarget(text: first) {
            return targets.joined(separator: ", ")
        }
        let others = targets.count > 1 ? targets.dropFirst().joined(separator: ", ") : "everything else"
        return "\(targets.first ?? "") \(fault["one_way"].flag == true ? "->" : "|") \(others)"
    }

    private static func ends(_ fault: JSONValue) -> String {
        fault["remaining_ms"].double.map { "in \(Wording.time(milliseconds: $0))" } ?? "-"
    }
}
