import Nodes
import Telemetry

extension MetricPage {
    /// What became of the programs of the user's own, and of their calls.
    mutating func programs(
        _ views: [ProgramView], _ lines: [(service: String, kept: UInt64, dropped: UInt64)]
    ) {
        for view in views {
            let service = MetricLabel("service", view.service)
            gauge(
                "cellmesh_program_ready", "1 while the program takes calls.", view.phase.name == "ready" ? 1 : 0,
                [service])
            gauge("cellmesh_program_busy", "Calls that the program has in hand.", Double(view.busy), [service])
            let counters = view.counters
            counter("cellmesh_program_starts_total", "Starts of the program.", counters.starts, [service])
            counter("cellmesh_program_ends_total", "Ends of the program, by itself or not.", counters.ends, [service])
            counter("cellmesh_program_begun_total", "Calls given to the program.", counters.calls, [service])
            for (result, count) in [
                ("answered", counters.answered), ("garbage", counters.garbage), ("lost", counters.lost),
                ("unreachable", counters.unreachable), ("overdue", counters.overdue),
            ] {
                counter(
                    "cellmesh_program_calls_total", "Calls of the program, by what became of them.", count,
                    [service, MetricLabel("result", result)])
            }
        }
        for (name, kept, dropped) in lines {
            let service = MetricLabel("service", name)
            counter("cellmesh_program_lines_total", "Lines that the program wrote.", kept, [service])
            counter(
                "cellmesh_program_lines_dropped_total", "Lines that came too fast, or were too long.", dropped,
                [service])
        }
    }
}
