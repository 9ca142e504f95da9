import MeshBase
import Resilience

enum LastGoodExample: Example {
    static let name = "last-good"
    static let shows = "the last good answer of each customer, while it is fresh and after"

    static func run() -> Table {
        var kept = LastGoodAnswers<String>(AnswerCachePolicy(entries: 2, ttl: .seconds(10)))
        kept.keep("ann's basket", edge: 0, customer: CustomerHash("ann"), bytes: 12, now: .zero)
        var table = Table("s", "customer", "fresh", "last, however old")
        for (second, name) in [(1, "ann"), (1, "bob"), (11, "ann")] as [(Int64, String)] {
            let now = Instant.zero + .seconds(second)
            let customer = CustomerHash(name)
            let last = kept.last(edge: 0, customer: customer, now: now)
            let fresh = kept.fresh(edge: 0, customer: customer, now: now)
            table.row("\(second)", name, fresh?.answer ?? "-", last?.answer ?? "-")
        }
        return table
    }
}
