import MeshBase

extension TimeoutLabReport {
    /// For people.
    package var sheet: LabSheet {
        var sheet = LabSheet(title: "Time limits", lead: [verdict], replay: settings.command)
        if let endToEnd {
            sheet.lead.append(
                "A request should have \(LabCommandLine.told(endToEnd)) from end to end, most of it on the way "
                    + criticalPath.joined(separator: " > ") + ".")
        }
        if let run = settings.recording, let p99 = run.p99, let longest = run.longest {
            sheet.lead.append(
                "In \(run.name) 99 % of the requests took no longer than \(LabCommandLine.told(p99)), and none longer than "
                    + "\(LabCommandLine.told(longest)).")
        }
        sheet.tables = [calls, simulated]
        if let curve { sheet.charts = [chart(curve)] }
        sheet.notes = [
            "Has: what the first attempt may take. Needs: 1.2 x (work + calls one after the other + of each group the longest), "
                + "each call with all its attempts and the waits between them at their longest.",
            "Calculated: the service's own work and all of its calls at their limits. Simulated: the same by the call engine, in "
                + "virtual time, and a router that waits for ever.",
            "Leaves: services that call nobody answer in the last instant; all others work as the limits above them let them. "
                + "For nobody: work for attempts that were given up. Budgets, gates and hedges are left out: with them it is "
                + "less.",
        ]
        return sheet
    }

    private var verdict: String {
        let short = paths.count { !$0.call.fits }
        guard short > 0 else { return "Each of \(paths.count) calls has the time that it should have." }
        return
            "\(short) of \(paths.count) calls \(short == 1 ? "has" : "have") less time than \(short == 1 ? "it" : "they") "
            + "should have: work goes on that nobody waits for."
    }

    private var hasCells: Bool { Set(paths.map(\.cell)).count > 1 }

    private func cell(_ name: String) -> [LabFigure] { hasCells ? [.text(name)] : [] }

    private var calls: LabTable {
        var table = LabTable(
            columns: (hasCells ? ["CELL"] : [])
                + ["CALL", "FITS", "HAS", "NEEDS", "WORK", "SERIAL", "PARALLEL", "ATTEMPTS"])
        for path in paths {
            let call = path.call
            table.rows.append(
                cell(path.cell) + [
                    .text(call.path.joined(separator: " > ")),
                    .text(call.isCircle ? "circle" : call.fits ? "yes" : "no"), .time(call.limit),
                    call.isCircle ? .none : .time(call.wanted), .time(call.work), .time(call.serial),
                    .time(call.parallel), .count(call.attempts),
                ])
        }
        return table
    }

    private var simulated: LabTable {
        var table = LabTable(
            "Requests whose callees use their limits up",
            columns: (hasCells ? ["CELL"] : [])
                + [
                    "SERVICE", "CALCULATED", "SIMULATED", "LEAVES", "ANSWERED", "CALLS", "FOR NOBODY",
                    "ROUTER GIVES UP",
                ])
        for request in requests {
            let leaves = request.leaves
            table.rows.append(
                cell(request.cell) + [
                    .text(request.service), .time(request.need), .time(request.callees), .time(leaves?.took),
                    leaves.map { .text($0.isAnswered ? "yes" : "no") } ?? .none,
                    leaves.map { .count($0.calls) } ?? .none, .time(leaves?.abandoned), .time(request.limit),
                ])
        }
        return table
    }

    private func chart(_ curve: Curve) -> LabChart {
        let shares = curve.shares.map { $0 * 100 }
        var chart = LabChart(
            "A request along the longest way, by what services that call nobody take of their limits",
            across: "% of the limit", upwards: "ms",
            series: [
                .init("until it is over", x: shares, y: curve.took.map(\.milliseconds)),
                .init("work for nobody", x: shares, y: curve.abandoned.map(\.milliseconds)),
            ])
        if let breaks = curve.breaksAt { chart.marks = [.init(breaks * 100, "not answered")] }
        return chart
    }
}
