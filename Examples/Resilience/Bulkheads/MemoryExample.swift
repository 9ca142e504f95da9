import Resilience

enum MemoryExample: Example {
    static let name = "memory"
    static let shows = "bytes as a bulkhead"

    static func run() -> Table {
        var budget = MemoryBudget(limit: 1_000)
        var table = Table("asked", "answer", "used", "why")
        for bytes in [600, 300, 200] {
            let isTaken = budget.take(bytes)
            let why = isTaken ? "-" : budget.explanation(asked: bytes).detail
            table.row("\(bytes)", isTaken ? "taken" : "refused", "\(budget.used)", why)
        }
        // Given back whatever the work ends in.
        let done = budget.scope(100) { "done" }
        table.row("100", done ?? "refused", "\(budget.used)", "given back")
        return table
    }
}
