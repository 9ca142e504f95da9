import Telemetry

extension MetricPage {
    /// Which settings a process has, and what became of those that came to it.
    mutating func settings(_ keeper: SettingsKeeper) {
        gauge("cellmesh_settings_version", "Version of the settings in force.", Double(keeper.document.version))
        let counters = keeper.counters
        counter("cellmesh_settings_applied_total", "Settings put in force.", counters.applied)
        for (why, count) in [("not-higher-or-unsound", keeper.refused), ("malformed", counters.malformed)] {
            counter(
                "cellmesh_settings_refused_total", "Settings that were not put in force.", count,
                [MetricLabel("why", why)])
        }
        for (result, count) in [("answered", counters.fetched), ("failed", counters.unfetched)] {
            counter(
                "cellmesh_settings_fetches_total", "Members asked for newer settings.", count,
                [MetricLabel("result", result)])
        }
        counter("cellmesh_settings_kept_total", "Settings written for the next life.", keeper.saved.written)
        counter("cellmesh_settings_not_kept_total", "Settings that could not be written.", keeper.saved.failed)
    }
}
