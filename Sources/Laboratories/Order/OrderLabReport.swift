import MeshBase
import Resilience

/// What the same policies came to in each order.
package struct OrderLabReport: Sendable, Equatable, Encodable {
    /// One order.
    package struct Row: Sendable, Equatable, Encodable {
        /// As files write it.
        package let order: String
        /// Calls, those of them that were answered, and of these the time that 99 % took no longer than.
        package let calls: Int
        /// Calls that were answered.
        package let ok: Int
        /// Of those, 99 % took no longer; nil where there were none.
        package let p99: TimeAmount?
        /// Of the calls, by the part of the trace: calm, some attempts fail, all fail, calm again; 0...1.
        package let okByPart: [Double]
        /// Attempts that reached the target.
        package let executions: Int
        /// Results that the breaker counted.
        package let recorded: Int
        /// Refused by the breaker.
        package let refused: Int
        /// Time for which permits of the bulkhead were held, all together.
        package let held: TimeAmount
        /// Permits of the bulkhead that were given.
        package let permits: Int

        init<Leaf: LeafModel>(_ order: PolicyOrder, _ run: ChainRun<Leaf>) {
            let tally = run.tally
            let parts = OrderLab.parts
            let gate = run.hops[0].gates[0]
            func sum(_ value: (ChainTally.Second) -> Int) -> Int { tally.sum(0, parts.end, value) }
            self.order = "\(order.name)"
            calls = sum { $0.offered }
            ok = sum { $0.answered }
            p99 = Quantiles(tally.latencies)(0.99)
            okByPart = [
                (0, parts.someFail), (parts.someFail, parts.allFail), (parts.allFail, parts.calm),
                (parts.calm, parts.end),
            ]
            .map { tally.ratio($0.0, $0.1, { $0.answered }, of: { $0.offered }) }
            executions = sum { $0.attempts[0] }
            recorded = Int(gate.counts[.success] + gate.counts[.failure] + gate.counts[.slow])
            refused = Int(gate.counts.refused)
            held = tally.held
            permits = tally.permits
        }

        private enum CodingKeys: String, CodingKey {
            case order, calls, ok, executions, recorded, refused, permits
            case p99 = "p99_ms"
            case held = "held_ms"
            case okByPart = "ok_by_part"
        }

        package func encode(to encoder: any Encoder) throws {
            var document = encoder.container(keyedBy: CodingKeys.self)
            try document.encode(order, forKey: .order)
            try document.encode(calls, forKey: .calls)
            try document.encode(ok, forKey: .ok)
            try document.encode(p99?.milliseconds, forKey: .p99)
            try document.encode(okByPart, forKey: .okByPart)
            try document.encode(executions, forKey: .executions)
            try document.encode(recorded, forKey: .recorded)
            try document.encode(refused, forKey: .refused)
            try document.encode(held.milliseconds, forKey: .held)
            try document.encode(permits, forKey: .permits)
        }
    }

    /// What was tried.
    package let settings: OrderLab.Settings
    /// A row for each.
    package let orders: [Row]

    private enum CodingKeys: String, CodingKey { case schema, seed, orders }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(settings.seed, forKey: .seed)
        try document.encode(orders, forKey: .orders)
    }

    /// For people.
    package var sheet: LabSheet {
        var sheet = LabSheet(
            title: "Three orders of the same policies",
            lead: [
                "\(LabCommandLine.written(settings.rate)) calls/s of up to \(settings.attempts) attempts at one target, "
                    + "behind a bulkhead of \(settings.concurrent) and a breaker: 30 s of calm, 30 s in which "
                    + "\(LabCommandLine.written(settings.failures * 100)) % of the attempts fail, 20 s in which all do, and "
                    + "30 s of calm.",
                "Each call and each attempt meets the same in all three.",
            ], replay: settings.command)
        var table = LabTable(
            columns: [
                "ORDER", "ANSWERED", "CALM", "SOME FAIL", "ALL FAIL", "CALM AGAIN", "P99", "EXECUTIONS", "RECORDED",
                "REFUSED",
                "PERMIT HELD", "PER CALL",
            ])
        for row in orders {
            let ok: [LabFigure] = [.count(row.ok)] + row.okByPart.map { .share($0) }
            let perCall = row.permits > 0 ? row.held / Int64(row.permits) : .zero
            let rest: [LabFigure] = [
                .time(row.p99), .count(row.executions), .count(row.recorded), .count(row.refused), .time(row.held),
                .time(perCall),
            ]
            table.rows.append([.text(row.order)] + ok + rest)
        }
        sheet.tables = [table]
        sheet.notes = [
            "cellmesh: every attempt asks the gate, is counted and holds a permit of its own, none through a backoff.",
            "seeds: the gate is asked once a call and holds its permit through all attempts and the waits between them; "
                + "the breaker counts calls, so it does not see what a retry mends.",
            "orchestra: as seeds, but the breaker counts every attempt.",
        ]
        return sheet
    }
}

extension OrderLab.Settings {
    var command: String {
        var line = LabCommandLine("order")
        line.add("rate", number: rate)
        line.add("attempts", attempts)
        line.add("concurrent", concurrent)
        line.add("service", service)
        line.add("failures", share: failures)
        line.add("seed", seed)
        return line.text
    }
}
