import Nodes
import Reports
import Telemetry

extension MetricPage {
    /// Traces that the process took up, and those that left again.
    mutating func traces(_ log: TraceLog) {
        spans("kept", log.spansKept)
        spans("forgotten", log.spansForgotten.told)
        spans("untold", log.spansForgotten.untold)
    }

    /// What a control plane has gathered of them, and what left it.
    package mutating func traces(_ keeper: TraceKeeper) {
        for fate in TraceKeeper.Fate.allCases { spans("\(fate.name)", keeper[fate]) }
        gauge("cellmesh_trace_store_traces", "Traces that the control plane keeps.", Double(keeper.count))
        gauge("cellmesh_trace_store_bytes", "Bytes that they take, about.", Double(keeper.taken))
    }

    private mutating func spans(_ fate: String, _ count: UInt64) {
        counter(
            "cellmesh_trace_spans_total", "Spans of requests that are followed, by what became of them.", count,
            [MetricLabel("fate", fate)])
    }
}
