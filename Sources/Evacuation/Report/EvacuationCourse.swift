import MeshBase

/// What a plan has come through, and when: kept in the journal, so that whoever takes the plan over can report all of it.
/// Times are nanoseconds since 1970; a clock that is set backwards shortens what it falls into to nothing.
public struct EvacuationCourse: Sendable, Codable, Equatable {
    /// When something happened to the first and to the last of a stage's cohorts.
    public struct Moments: Sendable, Codable, Equatable {
        /// To the first.
        public private(set) var first: Int64
        /// To the last so far.
        public private(set) var last: Int64

        init(_ time: Int64) { (first, last) = (time, time) }

        /// - Returns: whether it is the first.
        static func note(_ moments: inout Moments?, at time: Int64) -> Bool {
            guard moments != nil else {
                moments = Moments(time)
                return true
            }
            moments?.last = time
            return false
        }
    }

    /// One stage.
    public struct Stage: Sendable, Codable, Equatable {
        /// Of the cohorts, at its end.
        public let percent: Int
        /// Its cohorts have begun to move.
        public fileprivate(set) var begun: Moments?
        /// Their new cells hold what they need.
        public fileprivate(set) var filled: Moments?
        /// They are served at their new cells.
        public fileprivate(set) var switched: Moments?
        /// The watch has begun.
        public fileprivate(set) var watched: Int64?
        /// The gate has said its word.
        public fileprivate(set) var ended: Int64?
        /// What it said; nil before.
        public fileprivate(set) var report: EvacuationReport.Stage?
    }

    /// How far a cohort has come on its way to the new placement.
    public enum Mark: UInt8, Sendable, Codable, CaseIterable {
        case begun = 1
        case filled, switched
    }

    /// The plan as it was decided last, as the deciders keep it.
    private var decree: [UInt8]
    /// When it was asked for.
    public let began: Int64
    /// When it was decided; nil where that is not known.
    public private(set) var decided: Int64?
    /// When the region's deciders were replaced; nil where none had to be.
    public private(set) var decidersReplaced: Int64?
    /// One for each of the plan's.
    public private(set) var stages: [Stage]
    /// How far each cohort has come, as a mark's number; 0 before it began.
    private var cohorts: [UInt8]
    /// When all had moved, and was verified.
    public private(set) var released: Int64?
    /// When it was taken back.
    public private(set) var reversed: Int64?
    /// Why it was taken back; nil where the gate or nobody said so.
    public private(set) var reason: String?
    /// When it ended; nil while it is open.
    public private(set) var ended: Int64?
    /// Since when it is held; nil while it goes on. Neither stands in courses of earlier releases.
    private var heldSince: Int64?
    /// How long it was held before, in nanoseconds.
    private var held: Int64?
    /// How many control planes have carried it out.
    public private(set) var lives: Int
    /// What the checks had to say.
    public let notes: [EvacuationNote]

    /// A plan that is about to be decided.
    ///
    /// - Parameter cohorts: how many the mesh's placement has.
    public init(_ plan: PlanDecree, cohorts: Int, notes: [EvacuationNote] = []) {
        decree = plan.bytes
        began = plan.began
        stages = plan.percents.map { Stage(percent: $0) }
        self.cohorts = Array(repeating: 0, count: max(cohorts, 0))
        self.notes = notes
        lives = 1
    }

    /// The plan; nil where what was kept is none of this release.
    public var plan: PlanDecree? { PlanDecree.read(decree) ?? nil }

    /// How long it has been at work, pauses left out: at least zero.
    public func atWork(until time: Int64) -> TimeAmount {
        .nanoseconds(max((heldSince ?? time) - began - (held ?? 0), 0))
    }

    // MARK: What happens

    /// The deciders have the plan.
    public mutating func decide(at time: Int64) { decided = decided ?? time }

    /// Another control plane goes on with it.
    public mutating func takeOver() { lives += 1 }

    /// The plan was changed.
    ///
    /// - Parameter reason: why it is taken back, where the gate has not said so.
    public mutating func change(_ plan: PlanDecree, reason: String?, at time: Int64) {
        decree = plan.bytes
        if plan.isPaused {
            heldSince = heldSince ?? time
        } else if let since = heldSince {
            held = (held ?? 0) + max(time - since, 0)
            heldSince = nil
        }
        switch plan.state {
        case .moving: break
        case .releasing: released = released ?? time
        case .reversing:
            reversed = reversed ?? time
            self.reason = self.reason ?? reason
        }
    }

    /// Cells outside of the region decide in the place of those in it.
    public mutating func replaceDeciders(at time: Int64) { decidersReplaced = time }

    /// A cohort has come so far. What it has come through before is told once; what nobody has told it has come through
    /// by now.
    ///
    /// - Parameter stage: the number of its stage, from 1.
    /// - Returns: whether it is the first of its stage.
    @discardableResult
    public mutating func mark(_ mark: Mark, cohort: Int, stage: Int, at time: Int64) -> Bool {
        guard reversed == nil, cohorts.indices.contains(cohort), stages.indices.contains(stage - 1) else {
            return false
        }
        let known = cohorts[cohort]
        cohorts[cohort] = max(known, mark.rawValue)
        var isFirst = false
        for passed in Mark.allCases where passed.rawValue > known && passed.rawValue <= mark.rawValue {
            let first =
                switch passed {
                case .begun: Moments.note(&stages[stage - 1].begun, at: time)
                case .filled: Moments.note(&stages[stage - 1].filled, at: time)
                case .switched: Moments.note(&stages[stage - 1].switched, at: time)
                }
            isFirst = isFirst || first
        }
        return isFirst
    }

    /// All cohorts of a stage have moved; it is watched.
    public mutating func watch(percent: Int, at time: Int64) {
        guard let position = stages.firstIndex(where: { $0.percent == percent }) else { return }
        stages[position].watched = stages[position].watched ?? time
    }

    /// A stage has come to its verdict; a later one of the same stage takes its place.
    public mutating func end(_ report: EvacuationReport.Stage, at time: Int64) {
        guard let position = stages.firstIndex(where: { $0.percent == report.percent }) else { return }
        stages[position].ended = time
        stages[position].report = report
    }

    /// The plan is over.
    public mutating func end(at time: Int64) { ended = ended ?? time }

    // MARK: What is told

    /// When the first cohort began to move; nil before.
    public var firstBegin: Int64? { stages.compactMap { $0.begun?.first }.min() }

    /// The verdicts so far, in order.
    public var verdicts: [EvacuationReport.Stage] { stages.compactMap(\.report) }

    /// Every part with its own start and duration, in the order in which they began. Parts of which a life that was killed
    /// took the end with it are left out.
    public var spans: [EvacuationReport.Span] {
        var spans: [EvacuationReport.Span] = []
        func add(_ name: EvacuationReport.Span.Name, _ stage: Int? = nil, from: Int64?, to: Int64?) {
            guard let from, let to else { return }
            spans.append(
                EvacuationReport.Span(
                    name: name, percent: stage, startMilliseconds: since(began, from),
                    durationMilliseconds: since(from, to)))
        }
        add(.plan, from: began, to: decided)
        if decidersReplaced != nil { add(.deciders, from: decided, to: decidersReplaced) }
        for stage in stages {
            add(.begin, stage.percent, from: stage.begun?.first, to: stage.begun?.last)
            add(.fill, stage.percent, from: stage.begun?.first, to: stage.filled?.last)
            add(.switch, stage.percent, from: stage.filled?.first, to: stage.switched?.last)
            add(.watch, stage.percent, from: stage.watched, to: stage.ended)
        }
        if released != nil { add(.verify, from: stages.compactMap(\.ended).max(), to: released) }
        add(.release, from: released, to: ended)
        add(.reverse, from: reversed, to: ended)
        return spans
    }

    private func since(_ from: Int64, _ to: Int64) -> Double {
        Double(max(to.subtractingReportingOverflow(from).partialValue, 0)) / 1_000_000
    }

    /// Puts the times into a report: of the whole, of each part, and of each phase. The records' phase is from the first
    /// cohort's begin to the end, a service's from the first switch to the end of the last watch.
    ///
    /// - Parameter now: the end, where it has none yet.
    public func time(_ report: inout EvacuationReport, now: Int64) {
        let end = ended ?? now
        report.durationMilliseconds = since(began, end)
        report.spans = spans
        report.controlPlanes = lives
        report.stages = verdicts
        let switched = stages.compactMap { $0.switched?.first }.min()
        let watched = reversed == nil ? stages.compactMap(\.ended).max() ?? end : end
        for line in report.phases.indices {
            let isRecords = report.phases[line].service == EvacuationPhase.records
            guard let from = isRecords ? firstBegin : switched else { continue }
            report.phases[line].startMilliseconds = since(began, from)
            report.phases[line].durationMilliseconds = since(from, isRecords ? end : watched)
        }
    }
}
