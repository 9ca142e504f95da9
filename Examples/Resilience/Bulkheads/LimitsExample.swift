import MeshBase
import Resilience

enum LimitsExample: Example {
    static let name = "limits"
    static let shows = "limits that follow a target: well for 13 s, three times slower for 5 s, well again"

    static func run() -> Table {
        var table = Table("limit", "begin", "after 13 s", "after 18 s", "after 28 s")
        for kind in LimitPolicy.Kind.allCases {
            let policy = LimitPolicy.of(kind, 20, isLocal: true, most: 100)
            var limit = ConcurrencyLimit(policy, now: .zero)
            var cells = ["\(limit.value)"]
            for tick in 1...280 {
                let now = at(Int64(tick) * 100)
                let isSlow = tick > 130 && tick <= 180
                // As many are out as the limit allows; while it is slow one in four is dropped.
                for call in 0..<8 {
                    let sample: ConcurrencyLimit.Sample =
                        isSlow && call % 4 == 0 ? .dropped : .answered(.milliseconds(isSlow ? 60 : 20))
                    limit.ended(sample, inFlight: limit.value, policy, now: now)
                }
                if now >= limit.nextLook { limit.look(meanInUse: Double(limit.value), policy, now: now) }
                if [130, 180, 280].contains(tick) { cells.append("\(limit.value)") }
            }
            table.row("\(kind.name)", cells[0], cells[1], cells[2], cells[3])
        }
        return table
    }
}
