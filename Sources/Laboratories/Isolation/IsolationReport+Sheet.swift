import MeshBase

extension IsolationReport {
    /// For people.
    package var sheet: LabSheet {
        var sheet = LabSheet(
            title: "Isolation: what fails with what, and what it costs",
            lead: [
                "\(mesh): \(cells) cells, \(customers) customers. Each domain is killed for 10 s under load, "
                    + (isReal ? "on the mesh that is up." : "in virtual time, once for each seed."),
                "What is predicted comes from the placement, what is observed from the routers.",
            ], replay: command)
        sheet.tables = [levels, domains]
        if !pools.isEmpty { sheet.tables.append(sharing) }
        if !losses.isEmpty { sheet.charts = [chart] }
        let notes: [String?] = [
            "Published: figures of the literature for that kind, not measured here; '-' stands where nothing was measured.",
            "LOST is what was gone when one unit crashed: of threads all of their process, of processes and cells the one. MEMORY "
                + "divides shared pages among those who share them. Units of threads and processes hold 64 KiB each and do nothing else.",
            "RECOVERY runs from the start of what was killed until all serves, views agree and requests are answered; of several "
                + "runs the longest. DIFFERENT counts customers who fared otherwise than predicted. What is predicted is of all customers, "
                + "what is observed of those who asked meanwhile: where it is less and nobody differs, the others did not ask.",
            isReal
                ? "Of cells nothing is measured beside a mesh that is up: 'cellmesh lab isolation' starts some of its own."
                : nil,
            "A geography is a nation or a continent where regions name it: customers pinned to it never leave it, in placement and "
                + "evacuations alike.",
        ]
        sheet.notes = notes.compactMap { $0 }
        return sheet
    }

    private var levels: LabTable {
        var table = LabTable(
            "Isolation by level",
            columns: [
                "LEVEL", "USE WHEN", "EXAMPLE", "RADIUS, PUBLISHED", "COST, PUBLISHED", "LOST", "OF", "SHARE", "MEMORY",
                "START",
            ])
        for level in IsolationLevel.allCases {
            let unit = units[level]
            let measured: [LabFigure] =
                unit.map {
                    [
                        .count($0.lost), .count($0.units), .share(Double($0.lost) / Double(max($0.units, 1))),
                        $0.memory.map { .text(Self.kibibytes($0)) } ?? .none, .time($0.start),
                    ]
                } ?? [.none, .none, .none, .none, .none]
            table.rows.append(
                [.text(level.rawValue), .text(level.use), .text(level.example), .text(level.radius), .text(level.cost)]
                    + measured)
        }
        return table
    }

    private static func kibibytes(_ bytes: Int) -> String { "\((bytes + 512) / 1_024) KiB" }

    private var domains: LabTable {
        var table = LabTable(
            "Failure boundaries",
            columns: [
                "DOMAIN", "PUBLISHED", "RECOVERY, PUBLISHED", "EXAMPLE", "KILLED", "CELLS", "LOST, PREDICTED",
                "OBSERVED",
                "DEGRADED, PREDICTED", "OBSERVED", "DIFFERENT", "ANSWERED", "RECOVERY",
            ])
        for domain in FailureDomain.allCases {
            let published: [LabFigure] = [
                .text(domain.rawValue), .text(domain.radius), .text(domain.recovery), .text(domain.example),
            ]
            guard let runs = losses[domain], let worst = runs.max(by: { $0.predicted.lost < $1.predicted.lost }) else {
                let none: [LabFigure] = [.text(domain.absence)] + Array(repeating: .none, count: 8)
                table.rows.append(published + none)
                continue
            }
            let recovered = runs.compactMap(\.recovery)
            let rest: [LabFigure] = [
                .text(worst.target), .count(worst.cells), .count(worst.predicted.lost),
                worst.observed.map { .count($0.lost) } ?? .none, .count(worst.predicted.degraded),
                worst.observed.map { .count($0.degraded) } ?? .none,
                runs.compactMap(\.different).max().map { .count($0) } ?? .none,
                runs.compactMap(\.answered).min().map { .share($0) } ?? .none,
                recovered.count == runs.count ? .time(recovered.max()) : .none,
            ]
            table.rows.append(published + rest)
        }
        return table
    }

    private var sharing: LabTable {
        LabTable(
            "One pool for all cells, and one for each, while a service of \(pools[0].struck) hangs",
            columns: ["CONNECTIONS", "CELLS HIT, PREDICTED", "OBSERVED", "ITS OWN FAILED", "OTHERS' FAILED"],
            rows: pools.map { pool in
                let sizes = pool.sizes.map(String.init).joined(separator: " + ")
                return [
                    .text(pool.isShared ? "\(sizes) for all" : sizes), .count(pool.predicted), .count(pool.hit),
                    pool.ownFailed.map { .share($0) } ?? .none, pool.othersFailed.map { .share($0) } ?? .none,
                ]
            })
    }

    /// How far each domain reaches.
    private var chart: LabChart {
        let present = FailureDomain.allCases.compactMap { losses[$0]?.first }
        func share(_ count: Int) -> Double { Double(count) / Double(max(customers, 1)) * 100 }
        let x = present.map { Double($0.cells) / Double(max(cells, 1)) * 100 }
        let order = x.indices.sorted { x[$0] < x[$1] }
        func series(_ name: String, isPredicted: Bool, _ value: (Loss) -> Int?) -> LabChart.Series {
            let known = order.filter { value(present[$0]) != nil }
            return LabChart.Series(
                name, x: known.map { x[$0] }, y: known.map { share(value(present[$0]) ?? 0) }, isPredicted: isPredicted)
        }
        return LabChart(
            "Customers touched, by the share of the cells that fail together", across: "cells, %",
            upwards: "customers, %",
            series: [
                series("lost, predicted", isPredicted: true) { $0.predicted.lost },
                series("lost", isPredicted: false) { $0.observed?.lost },
                series("touched, predicted", isPredicted: true) { $0.predicted.lost + $0.predicted.degraded },
                series("touched", isPredicted: false) { $0.observed.map { $0.lost + $0.degraded } },
            ])
    }
}
