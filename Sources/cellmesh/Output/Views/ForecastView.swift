import Evacuation
import Telemetry

/// What an evacuation or a restore would do: plan, stages, and the predicted load of each cell.
enum ForecastView {
    static func make(_ forecast: EvacuationForecast) -> Report {
        Report(forecast, names: EvacuationView.names(forecast.region, forecast.cells)) { style in
            [
                sentence(forecast) + "\n", phases(forecast, style), stages(forecast), load(forecast, style),
                refusals(forecast.refusals, style) + notes(forecast.notes),
            ].filter { !$0.isEmpty }.joined(separator: "\n")
        }
    }

    /// `prediction: evacuate us-east moves 667 of the customers, load on the others x 1.50 (30.0 % to 45.0 %)`
    static func sentence(_ forecast: EvacuationForecast) -> String {
        let subject = EvacuationView.subject(forecast.region, forecast.cells)
        var text = "prediction: \(forecast.kind.rawValue) \(subject)"
        if forecast.outcome == .refused { text += " would be refused;" }
        if let moved = forecast.customersMoved { text += " moves \(Wording.plural(moved, "customer"))" }
        text += " in \(Wording.plural(forecast.stages.count, "stage"))"
        if let load = forecast.load {
            text += ", load of the cells that take over x \(Wording.fixed(load.factor, 2))"
            if let before = load.before, let after = load.after {
                text += " (\(Wording.load(before)) to \(Wording.load(after)))"
            }
            if let shed = load.shed, shed > 0 { text += ", \(Wording.percent(shed)) to be shed" }
        }
        return text
    }

    private static func phases(_ forecast: EvacuationForecast, _ style: TableStyle) -> String {
        var table = style.table([
            .init("PHASE"), .init("STRATEGY"), .init("SERVICES"), .init("WHAT IS DONE"), .init("CHECKS", wide: true),
        ])
        for phase in forecast.phases {
            let checks = (phase.before + phase.after + phase.verification).map(\.rawValue)
            table.add([
                .init(phase.name), .init(phase.strategy.rawValue), .init(phase.services.joined(separator: ", ")),
                .init(phase.does), .init(unique(checks).joined(separator: ", ")),
            ])
        }
        return table.count > 0 ? table.render() : ""
    }

    private static func unique(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return words.filter { seen.insert($0).inserted }
    }

    private static func stages(_ forecast: EvacuationForecast) -> String {
        guard !forecast.stages.isEmpty else { return "" }
        let text = forecast.stages.map { "\($0.percent) % (\(Wording.plural($0.cohorts, "cohort")))" }
        return "stages: \(text.joined(separator: ", "))\n"
    }

    private static func load(_ forecast: EvacuationForecast, _ style: TableStyle) -> String {
        guard let load = forecast.load else { return "" }
        var table = style.table([
            .init("CELL"), .init("LOAD", .right), .init("USE NOW", .right), .init("PREDICTED", .right),
        ])
        let limit = load.limit
        func share(_ value: Double?) -> String { value.map { Wording.load($0) } ?? "-" }
        for cell in load.cells {
            let after = cell.after ?? 0
            table.add([
                .init(cell.cell), .init(cell.factor.map { "x \(Wording.fixed($0, 2))" } ?? "-"),
                .init(share(cell.before)),
                .init(share(cell.after), after > 1 ? .red : after > limit ? .yellow : .plain),
            ])
        }
        return table.render() + "at most \(Wording.percent(limit)) of the capacity may be in use\n"
    }

    /// One line each, with what to do next.
    static func refusals(_ refusals: [EvacuationRefusal], _ style: TableStyle) -> String {
        refusals.map { refusal in
            style.painted("refused", .red) + " (\(refusal.code.rawValue)): \(refusal.reason): \(refusal.next)\n"
        }.joined()
    }

    static func notes(_ notes: [EvacuationNote]) -> String {
        notes.map { "note (\($0.code.rawValue)): \($0.text)\n" }.joined()
    }
}
