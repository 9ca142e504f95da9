/// What stands in a mesh's directory while a drill has something in force, so that whoever comes after one that was killed
/// knows what is to be taken back, and can say what became of it.
public struct DrillTrace: Sendable, Codable, Equatable {
    /// One fault that it has injected.
    public struct Fault: Sendable, Codable, Equatable {
        /// Of the register; nil while it is not known.
        public var id: String?
        /// As the register has them.
        public var kind: String
        /// As `kind`.
        public var targets: [String]

        /// One fault.
        public init(id: String? = nil, kind: String, targets: [String]) {
            self.id = id
            self.kind = kind
            self.targets = targets
        }
    }

    /// By which what it has done is known from what others do.
    public struct Marks: Sendable, Codable, Equatable {
        /// In the order in which they were injected.
        public var faults: [Fault] = []
        /// The id of its plan, hexadecimal; nil while it has none.
        public var plan: String?
        /// The region that its plan is about; nil for a drill without one.
        public var region: String?

        /// It has ended the control plane, and nobody else starts another; nil counts as false.
        public var isControlLost: Bool?
        /// It has had cells go down by themselves, which nobody else starts; nil counts as false.
        public var downCells: Bool?

        /// Nothing is in force.
        public init() {}
    }

    /// A step that was not taken to its end.
    public struct Step: Sendable, Codable, Equatable {
        /// Which one.
        public var name: String
        /// What it is to the mesh.
        public var part: DrillReport.Step.Part

        /// One step.
        public init(name: String, part: DrillReport.Step.Part) {
            self.name = name
            self.part = part
        }
    }

    /// Up to the step before.
    public var report: DrillReport
    /// The one that was under way, and those that were to come.
    public var steps: [Step]
    /// What is in force.
    public var marks: Marks
    /// Nothing was injected yet, though the drill's load may have written.
    public var isBefore: Bool

    /// What is known in a step.
    public init(report: DrillReport, steps: [Step], marks: Marks, isBefore: Bool) {
        self.report = report
        self.steps = steps
        self.marks = marks
        self.isBefore = isBefore
    }

    /// The step that was under way.
    public var step: String { steps.first?.name ?? "" }

    /// The report of a drill that did not come to its end: what it was about to see it has not seen.
    ///
    /// - Parameter detail: what became of what it had in force, in words.
    public func ended(_ detail: String) -> DrillReport {
        var report = report
        report.outcome = .error
        report.conclusive = false
        report.reason = "\(step): its command was killed; \(detail)"
        let start = report.steps.last.map { $0.startMilliseconds + $0.durationMilliseconds } ?? 0
        for (place, missing) in steps.enumerated() {
            report.steps.append(
                DrillReport.Step(
                    name: missing.name, part: missing.part, outcome: place == 0 ? .failed : .skipped,
                    startMilliseconds: start, durationMilliseconds: 0,
                    detail: place == 0 ? "its command was killed" : ""))
        }
        report.durationMilliseconds = start
        return report
    }
}
