/// What stands in a mesh's directory while a drill has something in force, so that whoever comes after one that was killed
/// knows what is to be taken back, and can say what became of it.
public struct DrillTrace: Sendable, Codable, Equatable {
    /// By which what it has done is known from what others do.
    public struct Marks: Sendable, Codable, Equatable {
        /// The id of its fault; nil while it has none.
        public var fault: String?
        /// What its fault is on, as the fault has it; empty for a drill without one.
        public var targets: [String] = []
        /// The id of its plan, hexadecimal; nil while it has none.
        public var plan: String?
        /// The region that its plan is about; nil for a drill without one.
        public var region: String?

        /// Nothing is in force.
        public init() {}
    }

    /// Up to the step before.
    public var report: DrillReport
    /// The one that was under way.
    public var step: DrillStep
    /// What is in force.
    public var marks: Marks

    init(report: DrillReport, step: DrillStep, marks: Marks) {
        self.report = report
        self.step = step
        self.marks = marks
    }

    /// The report of a drill that did not come to its end: what it was about to see it has not seen.
    ///
    /// - Parameter detail: what became of what it had in force, in words.
    public func ended(_ detail: String) -> DrillReport {
        var report = report
        report.outcome = .error
        report.conclusive = false
        report.reason = "\(step.rawValue): its command was killed; \(detail)"
        let start = report.steps.last.map { $0.startMilliseconds + $0.durationMilliseconds } ?? 0
        let missing = Drill.named(report.drill)?.steps.drop { $0 != step } ?? []
        report.steps += missing.map {
            DrillReport.Step(
                name: $0, outcome: $0 == step ? .failed : .skipped, startMilliseconds: start, durationMilliseconds: 0,
                detail: $0 == step ? "its command was killed" : "")
        }
        report.durationMilliseconds = start
        return report
    }
}
