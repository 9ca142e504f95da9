import Reports
import Telemetry

/// `load status`.
enum LoadStatusView {
    static func make(_ report: LoadStatusReport) -> Report {
        Report(report, names: report.loads.map { "load/\($0.pid)" }) { style in
            guard !report.loads.isEmpty else {
                return "no load runs on mesh \(report.mesh)" + (report.last.map { "; the last one is \($0)" } ?? "")
                    + "\n"
            }
            var table = style.table([
                .init("LOAD", .right), .init("PHASE"), .init("AT", .right), .init("OF", .right), .init("RATE", .right),
                .init("OF", .right), .init("OK", .right), .init("P50", .right), .init("P99", .right),
                .init("DROPPED", .right), .init("LOST", .right), .init("DEGRADED", .right),
            ])
            for load in report.loads {
                let share = load.requests == 0 ? "-" : Wording.percent(Double(load.ok) / Double(load.requests))
                table.add([
                    .init("\(load.pid)"), .init(load.phase),
                    .init(Wording.time(milliseconds: load.elapsedMilliseconds)),
                    .init(Wording.time(milliseconds: load.durationMilliseconds)),
                    .init("\(Wording.fixed(load.rate, 0))/s"), .init("\(Wording.fixed(load.targetRate, 0))/s"),
                    .init(share), .init(Wording.time(milliseconds: load.p50)),
                    .init(Wording.time(milliseconds: load.p99)), .init(Wording.count(Int(clamping: load.dropped))),
                    .init(Wording.count(load.customers.lost), load.customers.lost > 0 ? .red : .plain),
                    .init(Wording.count(load.customers.degraded), load.customers.degraded > 0 ? .yellow : .plain),
                ])
            }
            return table.render()
        }
    }
}
