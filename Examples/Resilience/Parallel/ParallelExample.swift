import MeshBase
import Resilience

enum ParallelExample: Example {
    static let name = "parallel"
    static let shows = "a group that waits for what it needs, and not much longer for the rest"

    static func run() -> Table {
        let names = ["stock", "price", "reviews"]
        guard
            let plan = JoinPlan([
                .init(isCore: true), .init(isCore: true), .init(isCore: false, within: .milliseconds(20)),
            ])
        else { return Table("a plan has 1 to 16 members") }
        var table = Table("case", "ms", "start", "cancel", "fall back", "settled")
        func words(_ members: JoinMembers) -> String { members.map { names[$0] }.joined(separator: " ") }
        // When each member ends, and whether well.
        let cases: [(String, [(Int64, Int, Bool)])] = [
            ("all in time", [(30, 0, true), (40, 2, true), (50, 1, true)]),
            ("reviews are late", [(30, 0, true), (50, 1, true)]),
            ("price fails", [(30, 0, true), (40, 1, false)]),
        ]
        for (name, ends) in cases {
            var group = JoinState()
            var step = group.begin(plan, now: .zero)
            var timer = step.timer
            func note(_ now: Instant) {
                let settled =
                    switch step.settle {
                    case .complete: "complete"
                    case .partial: "partial"
                    case .failed(.member(let member)): "failed by \(names[member])"
                    case .failed: "failed"
                    case nil: ""
                    }
                table.row(name, ms(now), words(step.start), words(step.cancel), words(step.replace), settled)
            }
            note(.zero)
            for (end, member, isGood) in ends {
                step = group.ended(member, ok: isGood, plan, now: at(end))
                timer = step.timer ?? timer
                note(at(end))
            }
            if let timer, !group.isSettled {
                step = group.elapsed(plan, now: timer)
                note(timer)
            }
        }
        return table
    }
}
