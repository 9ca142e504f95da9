import MeshBase

/// One run of a drill: which step comes next, what was found, and the verdict. It does nothing itself: whoever runs it
/// takes the step that it names and tells how that went.
public struct DrillRun: Sendable {
    /// Which one.
    public let drill: Drill
    /// So far; whole once `finish` was called.
    public private(set) var report: DrillReport
    /// The gravest thing that has gone wrong; nil while nothing has.
    public private(set) var trouble: DrillOutcome?
    private let began: Instant
    private var position = 0
    private var step: (name: DrillStep, since: Instant)?
    /// Something was injected, and not taken back yet.
    private var isInjected = false
    private var wasInjected = false
    /// The baseline was begun: from there on the drill's own load writes.
    private var hasWritten = false
    /// The steps that were taken to their end, whether or not the mesh kept its promises there.
    private var seen: Set<DrillStep> = []

    /// - Parameters:
    ///   - id: under which its report is kept.
    ///   - wall: when it began, RFC 3339.
    ///   - command: what repeats it.
    public init(
        _ drill: Drill, id: String, mesh: String, target: String?, command: String, wall: String, now: Instant
    ) {
        self.drill = drill
        began = now
        report = DrillReport(
            id: id, drill: drill.name, mesh: mesh, target: target, began: wall, command: command)
    }

    /// The step to be taken now; nil after the last one. In trouble only what takes back is left, what is to be seen
    /// afterwards, which is passed over after Ctrl-C, and tidying up what the drill's load wrote. What is passed over
    /// stands in the report as skipped.
    public mutating func next(now: Instant) -> DrillStep? {
        precondition(step == nil, "a step is ended before the next one")
        while position < drill.steps.count {
            let name = drill.steps[position]
            position += 1
            if isWanted(name.role) {
                step = (name, now)
                if name == .baseline { hasWritten = true }
                if name.role == .injects { (isInjected, wasInjected) = (true, true) }
                return name
            }
            report.steps.append(
                DrillReport.Step(
                    name: name.rawValue, part: name.role, outcome: .skipped,
                    startMilliseconds: (now - began).milliseconds,
                    durationMilliseconds: 0, detail: ""))
        }
        return nil
    }

    private func isWanted(_ role: DrillReport.Step.Part) -> Bool {
        switch role {
        case .before, .injects, .during: trouble == nil
        case .takesBack: isInjected
        case .after: trouble == nil || wasInjected && trouble != .interrupted
        case .tidies: hasWritten
        }
    }

    /// The step that was named last is over.
    ///
    /// - Parameter failure: what its failure makes of the drill; nil where it did what it should.
    public mutating func end(_ detail: String, failure: DrillOutcome? = nil, now: Instant) {
        guard let (name, since) = step else { preconditionFailure("no step is under way") }
        step = nil
        if name.role == .takesBack { isInjected = false }
        report.steps.append(
            DrillReport.Step(
                name: name.rawValue, part: name.role, outcome: failure == nil ? .done : .failed,
                startMilliseconds: (since - began).milliseconds, durationMilliseconds: (now - since).milliseconds,
                detail: detail))
        if failure == nil || failure == .deviated { seen.insert(name) }
        guard let failure else { return }
        // The first thing that went wrong is why, and what follows may be its consequence; what is still to be taken back
        // has to be known all the same.
        let what = "\(name.rawValue): \(detail)"
        if trouble == nil {
            report.reason = what
        } else if name.role == .takesBack {
            report.reason = (report.reason.map { $0 + "; " } ?? "") + what
        }
        trouble = trouble.map { .graver($0, failure) } ?? failure
    }

    /// What was found of one claim.
    ///
    /// - Parameter steps: those in which it is looked at. Where one of them was not taken to its end, the claim is undecided:
    ///   what nobody has seen is neither kept nor broken.
    public mutating func claim(_ claim: DrillClaim, seenIn steps: DrillStep...) {
        let missing = steps.first { !seen.contains($0) }
        report.claims.append(missing.map { claim.unseen("not seen: \($0.rawValue) came to no end") } ?? claim)
    }

    /// Whether what was injected, if anything was, has been taken back.
    public var isTakenBack: Bool {
        !wasInjected || drill.steps.contains { $0.role == .takesBack && seen.contains($0) }
    }

    /// What has to be known of it should this process die in the step that is under way.
    public func trace(_ marks: DrillTrace.Marks) -> DrillTrace? {
        step.map { step in
            let left = drill.steps.drop { $0 != step.name }
            return DrillTrace(
                report: report, steps: left.map { .init(name: $0.rawValue, part: $0.role) }, marks: marks,
                isBefore: step.name.role == .before)
        }
    }

    /// What clients of one tier saw on one side.
    public mutating func show(_ tiers: [TierChoice]) { report.tiers = tiers }

    /// What was injected has reached somebody.
    public mutating func expose() { report.exposed = true }

    /// The verdict, after the last step.
    public mutating func finish(noise: DrillNoise, now: Instant) -> DrillReport {
        report.noise = noise
        report.durationMilliseconds = (now - began).milliseconds
        let deviated = report.claims.filter { $0.verdict == .deviated }
        let undecided = report.claims.filter { $0.verdict == .undecided }
        report.outcome = DrillOutcome.graver(trouble ?? .passed, deviated.isEmpty ? .passed : .deviated)
        switch report.outcome {
        case .deviated:
            // What is open beside it could not make it pass.
            report.conclusive = true
            report.reason = "not kept: " + Self.names(deviated)
        case .passed:
            report.conclusive = report.exposed && undecided.isEmpty && !report.claims.isEmpty
            if !report.exposed {
                report.reason = "nobody was exposed to it"
            } else if !undecided.isEmpty {
                report.reason = "undecided: " + Self.names(undecided)
            }
        default: report.conclusive = false
        }
        return report
    }

    private static func names(_ claims: [DrillClaim]) -> String {
        claims.map(\.name).joined(separator: "; ")
    }
}
