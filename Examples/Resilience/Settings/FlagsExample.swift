import Resilience

enum FlagsExample: Example {
    static let name = "flags"
    static let shows = "mesh, region, cell, service: the narrowest wins"

    static func run() -> Table {
        var table = Table("settings", "reviews for checkout", "reviews for search")
        let settings: [(String, FlagEntry)] = [
            ("mesh: off", FlagEntry("reviews", isOn: false)),
            ("region us-east: on", FlagEntry("reviews", isOn: true, scope: .region("us-east"))),
            ("cell us-east-1: off", FlagEntry("reviews", isOn: false, scope: .cell("us-east-1"))),
            ("service checkout: on", FlagEntry("reviews", isOn: true, scope: .service("checkout"))),
        ]
        for count in 0...settings.count {
            var board = FlagBoard(features: ["reviews"], services: ["checkout", "search"])
            board.set(
                settings.prefix(count).map { $0.1 }, at: SettingsPlace(region: "us-east", cell: "us-east-1"),
                now: WallTime(milliseconds: 0))
            func word(_ service: Int) -> String { board.isOn(feature: 0, from: service) ? "on" : "off" }
            table.row(count == 0 ? "none" : "and \(settings[count - 1].0)", word(0), word(1))
        }
        return table
    }
}
