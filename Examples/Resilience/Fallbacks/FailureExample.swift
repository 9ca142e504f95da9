import Resilience

enum FailureExample: Example {
    static let name = "failure"
    static let shows = "what a failure of a core call becomes for the client"

    static func run() -> Table {
        let policy = TransformationPolicy(hasCache: true, hasQueue: true)
        var transformer = FailureTransformer(policy)
        var table = Table("cause", "GET of an entry", "POST with a key", "POST without")
        for cause in FailureCause.allCases {
            func outcome(isRead: Bool, isRepeatable: Bool) -> String {
                let failure = transformer.begin(cause, isEntry: true, isRead: isRead, isRepeatable: isRepeatable)
                transformer.settle(failure, as: failure.wanted)
                return "\(failure.wanted.name)"
            }
            table.row(
                "\(cause.name)", outcome(isRead: true, isRepeatable: true), outcome(isRead: false, isRepeatable: true),
                outcome(isRead: false, isRepeatable: false))
        }
        table.row("", transformer.isConserved ? "as many came out as went in" : "some were lost")
        return table
    }
}
