import Resilience

enum LevelExample: Example {
    static let name = "level"
    static let shows = "the quality of each feature at each degradation level"

    static func run() -> Table {
        let features = FeatureTable([
            Feature("payment", .core), Feature("reviews", .enhanced), Feature("recommendations", .luxury),
        ])
        var state = DegradationState(features)
        var table = Table("by hand", "controller", "level", "payment", "reviews", "recommendations")
        let pinned = LevelEntry(.minor, isPinned: true)
        let settings: [(String, LevelEntry?, DegradationLevel)] = [
            ("-", nil, .normal), ("minor", LevelEntry(.minor), .normal), ("minor", LevelEntry(.minor), .critical),
            ("minor, pinned", pinned, .critical), ("-", nil, .emergency),
        ]
        for (name, manual, controller) in settings {
            state.set(manual: manual, controller: controller)
            let qualities = (0..<3).map { state.isOn($0) ? percent(state.quality($0)) : "off" }
            table.row(
                name, "\(controller.name)", "\(state.level.name)", qualities[0], qualities[1], qualities[2])
        }
        return table
    }
}
