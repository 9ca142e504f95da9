/// A policy at work in virtual time. The body of `run` and what it prints stand in an article of Resilience.docc;
/// `ExampleTests` holds the two together.
protocol Example: SendableMetatype {
    /// As it is run: `swift run policies-examples NAME`.
    static var name: String { get }
    /// What is to be seen.
    static var shows: String { get }
    static func run() -> Table
}

enum Examples {
    /// In the order of the articles.
    static let all: [any Example.Type] = [
        ChainExample.self, CallExample.self,
        TimeoutExample.self, HierarchyExample.self, DeadlineExample.self,
        RetryExample.self, BackoffExample.self, BudgetExample.self, HedgeExample.self,
        BreakerExample.self, BreakerKindsExample.self, RampExample.self, PredictExample.self, CoordinateExample.self,
        BulkheadExample.self, PoolExample.self, ConnectionsExample.self, MemoryExample.self, LimitsExample.self,
        SizingExample.self, PeakExample.self,
        SheddingExample.self, AdaptiveSheddingExample.self, EarlyExample.self, QueueExample.self, ThrottleExample.self,
        RateLimitExample.self, EjectionExample.self,
        FallbackExample.self, LastGoodExample.self, FailureExample.self, LevelExample.self, ObjectivesExample.self,
        QualityExample.self, LadderExample.self,
        ValueExample.self, ProbeExample.self, HealthExample.self, DetectorsExample.self,
        ParallelExample.self, RequestCacheExample.self,
        SettingsExample.self, FlagsExample.self, CompareExample.self,
    ]

    static let usage = "usage: policies-examples [NAME ... | all]"

    /// Prints a list, or the tables of those that are named.
    ///
    /// - Returns: 0, or 64 for a name that is none.
    static func main(_ arguments: [String]) -> Int32 {
        guard !arguments.isEmpty else {
            print(list)
            return 0
        }
        let chosen = arguments == ["all"] ? all.map { $0.name } : arguments
        for name in chosen where named(name) == nil {
            print("no example is named \(name); without arguments all of them are listed\n\(usage)")
            return 64
        }
        for (n, name) in chosen.enumerated() {
            guard let example = named(name) else { continue }
            if n > 0 { print() }
            if chosen.count > 1 { print("\(name): \(example.shows)") }
            print(example.run().text, terminator: "")
        }
        return 0
    }

    static func named(_ name: String) -> (any Example.Type)? { all.first { $0.name == name } }

    static var list: String {
        var table = Table("example", "shows")
        for example in all { table.row(example.name, example.shows) }
        return table.text + usage
    }
}
