import Nodes

extension MetricPage {
    /// Traces that the process took up, and those that left again.
    mutating func traces(_ log: TraceLog) {
        counter("cellmesh_traces_kept_total", "Requests whose decisions were kept.", log.begun)
        counter("cellmesh_traces_forgotten_total", "Kept traces that left for want of room.", log.forgotten)
    }
}
