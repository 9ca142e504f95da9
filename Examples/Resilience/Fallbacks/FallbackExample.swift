import MeshBase
import Resilience

enum FallbackExample: Example {
    static let name = "fallback"
    static let shows = "what is answered instead, in which order"

    static func run() -> Table {
        let policy = FallbackPolicy(kinds: [.cached, .generic, .static], asksGenericService: true)
        var table = Table("kept answer", "time left ms", "generic service", "answer", "why")
        for (isKept, left, isUp) in [(true, 500, true), (false, 500, true), (false, 500, false), (false, 5, true)] {
            var chain = FallbackChain(policy)
            var step = chain.begin(why: .timeout, now: .zero, deadline: at(Int64(left)))
            while !chain.isOver {
                switch step {
                case .look:
                    if isKept { chain.found() } else { step = chain.missed(now: .zero) }
                case .call:
                    if isUp { chain.found() } else { step = chain.missed(now: .zero) }
                case .take: break
                }
            }
            let answer = chain.current.map { "\($0.name)" } ?? "-"
            table.row(
                isKept ? "yes" : "no", "\(left)", isUp ? "well" : "down", answer, chain.explanation().detail)
        }
        return table
    }
}
