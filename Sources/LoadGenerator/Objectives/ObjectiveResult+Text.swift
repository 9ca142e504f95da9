extension ObjectiveResult {
    /// What was observed, with its unit: `12.3 ms`, `99.95 %`, `480/s`, `2 writes`; nil where nothing was measured.
    package var observedText: String? {
        guard let observed else { return nil }
        // An expression that was judged was parsed before.
        guard let metric = (try? Objective(expression))?.metric else { return LoadReport.short(observed) }
        switch metric {
        case .percentile, .longest: return LoadReport.time(observed)
        case .success, .errorRate, .dropped: return LoadReport.short(observed * 100) + " %"
        case .rate: return LoadReport.short(observed) + "/s"
        case .lostWrites: return LoadReport.short(observed) + (observed == 1 ? " write" : " writes")
        // None of a load's.
        default: return LoadReport.short(observed)
        }
    }
}
