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
        /// The id of its last plan, hexadecimal; nil while it has none, and while one is asked for whose id is not known.
        public var plan: String?
        /// Those of its plans before, its way back included; nil counts as none.
        public var plans: [String]?
        /// The region that its plan is about; nil for a drill without one.
        public var region: String?

        /// It has ended the control plane, and nobody else starts another; nil counts as false.
        public var isControlLost: Bool?
        /// It has had cells go down by themselves, which nobody else starts; nil counts as false.
        public var downCells: Bool?

        /// Nothing is in force.
        public init() {}

        /// A plan about a region is asked for, whose id is not known yet.
        public mutating func ask(about region: String) {
            if let plan { plans = (plans ?? []) + [plan] }
            (self.region, plan) = (region, nil)
        }

        /// No plan of it leads anywhere any more.
        public mutating func forgetPlans() { (region, plan, plans) = (nil, nil, nil) }

        /// Whether the last plan that has begun about its region is its own: by its id, or, while an id is not known, by its time.
        ///
        /// - Parameters:
        ///   - id: of that plan, hexadecimal.
        ///   - isSince: it began after the drill did.
        public func owns(_ id: String?, isSince: Bool) -> Bool {
            func number(_ text: String?) -> UInt64? { text.flatMap { UInt64($0, radix: 16) } }
            if let id = number(id), ((plans ?? []) + [plan].compactMap { $0 }).contains(where: { number($0) == id }) {
                return true
            }
            return plan == nil && isSince
        }

        /// What of it is in force, in words.
        public var words: [String] {
            faults.map { ([$0.kind] + $0.targets).joined(separator: " ") }
                + [
                    region.map { "the evacuation of \($0)" },
                    isControlLost == true ? "the loss of the control plane" : nil,
                ]
                .compactMap { $0 }
        }
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
    /// It has come to its end, and something is in force still; nil counts as false.
    public var isOver: Bool?

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
    /// - Parameters:
    ///   - detail: what became of what it had in force, in words.
    ///   - duration: since it began, in milliseconds; nil where nobody knows.
    public func ended(_ detail: String, after duration: Double? = nil) -> DrillReport {
        var report = report
        report.outcome = .error
        report.conclusive = false
        let fate = isOver == true ? "it ended with something in force" : "its command was killed"
        report.reason = [isOver == true ? report.reason : nil, "\(step): \(fate)", detail].compactMap { $0 }
            .joined(separator: "; ")
        let start = report.steps.last.map { $0.startMilliseconds + $0.durationMilliseconds } ?? 0
        for (place, missing) in steps.enumerated() {
            report.steps.append(
                DrillReport.Step(
                    name: missing.name, part: missing.part, outcome: place == 0 ? .failed : .skipped,
                    startMilliseconds: start, durationMilliseconds: 0,
                    detail: place == 0 ? fate : ""))
        }
        report.durationMilliseconds = max(duration ?? start, start)
        return report
    }
}
