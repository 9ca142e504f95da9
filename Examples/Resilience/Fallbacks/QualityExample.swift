import MeshBase
import Resilience

enum QualityExample: Example {
    static let name = "quality"
    static let shows = "less of everything instead of nothing at all"

    static func run() -> Table {
        let policy = QualityPolicy(count: 50, resolution: 1_080, bitrate: 4_000, floor: 0.2)
        var scaler = QualityScaler(policy)
        var table = Table("s", "pressure", "quality", "items", "lines", "kbit/s", "work ms")
        for (second, pressure) in [0, 0, 0.2, 0.5, 0.9, 0.9, 0.1].enumerated() {
            scaler.look(pressure: pressure, now: at(Int64(second) * 1_000))
            let quality = scaler.quality
            func size(_ value: Int?) -> String { value.map { "\($0)" } ?? "-" }
            table.row(
                "\(second)", percent(pressure), percent(quality), size(policy.count(at: quality)),
                size(policy.resolution(at: quality)), size(policy.bitrate(at: quality)),
                ms(scaler.work(.milliseconds(40))))
        }
        return table
    }
}
